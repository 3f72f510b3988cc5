import { describe, expect, it } from '@jest/globals';
import { systemClock } from '@rollcall/kernel';
import { startMcpServer, startRawHttpServer } from '@rollcall/testing';
import { createGuardedFetch } from './guarded-fetch.js';
import { inspectServer } from './inspect-server.js';
import { limitsOf } from './inspection.js';
import { isDialable, type NetworkPolicy, normalizeAddress, type Resolver } from './network-policy.js';
import { SessionTape } from './session-tape.js';

const PUBLIC_ONLY: NetworkPolicy = { allowPrivate: [] };
const LOOPBACK: NetworkPolicy = { allowPrivate: ['127.0.0.0/8'] };

const look = (url: string, network: NetworkPolicy) =>
  inspectServer({ transport: 'streamable-http', url }, { network, clock: systemClock(), timeoutMs: 5_000 });

function guarded(policy: NetworkPolicy, resolve: Resolver) {
  const clock = systemClock();
  const tape = new SessionTape(limitsOf({ network: policy, clock }), clock, []);
  return { tape, ...createGuardedFetch({ policy, tape, signal: new AbortController().signal, resolve }) };
}

describe('addresses', () => {
  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '100.100.100.200',
    '168.63.129.16',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '[::1]',
    '::ffff:127.0.0.1',
    '::ffff:a00:1',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::1',
    '2002:7f00:1::',
    '2001::1',
    'fe80::1',
    'fe80::1%eth0',
    'fd00:ec2::254',
    'ff02::1',
    'example.com',
    '',
  ])('does not dial %s unless it is allowed', (address) => expect(isDialable(address, PUBLIC_ONLY)).toBe(false));

  it.each(['93.184.216.34', '8.8.8.8', '::ffff:8.8.8.8', '2606:4700:4700::1111'])('dials the public %s', (address) =>
    expect(isDialable(address, PUBLIC_ONLY)).toBe(true),
  );

  it('allows exactly the blocks the policy names', () => {
    const policy = { allowPrivate: ['10.0.0.0/8', 'fd00::/8'] };
    const answers = ['10.9.9.9', '::ffff:10.0.0.1', 'fd12::1', '127.0.0.1', '192.168.0.1'].map((a) =>
      isDialable(a, policy),
    );
    expect(answers).toEqual([true, true, true, false, false]);
  });

  it('judges an IPv4-mapped address as the IPv4 address it reaches', () => {
    expect(normalizeAddress('::ffff:7f00:1')).toEqual({ address: '127.0.0.1', family: 4 });
  });

  it('refuses a policy that is not CIDR instead of allowing something else', () => {
    for (const cidr of ['127.0.0.1', '10.0.0.0/33', 'loopback', '10.0.0.0/']) {
      expect(() => isDialable('10.0.0.1', { allowPrivate: [cidr] })).toThrow(TypeError);
    }
  });
});

describe('the guard around an inspection', () => {
  it.each([
    'http://169.254.169.254/latest/meta-data',
    'http://[::ffff:169.254.169.254]/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://[::1]:1/',
    'ftp://example.com/',
    'http://user:secret@example.com/',
    'not a url',
  ])('refuses %s without dialling', async (url) => {
    const observation = await look(url, PUBLIC_ONLY);
    expect(observation).toMatchObject({ outcome: 'refused_by_policy', offer: null, latencyMs: expect.any(Number) });
    expect(JSON.stringify(observation)).not.toContain('secret');
  });

  it('refuses a loopback server, and a name that resolves to it, unless the policy allows them', async () => {
    const server = await startMcpServer();
    const byName = server.url.replace('127.0.0.1', 'localhost');
    const refused = [await look(server.url, PUBLIC_ONLY), await look(byName, PUBLIC_ONLY)];
    const dialled = server.requests.length;
    const allowed = await look(byName, LOOPBACK);
    await server.close();
    expect(refused.map((observation) => observation.outcome)).toEqual(['refused_by_policy', 'refused_by_policy']);
    expect(dialled).toBe(0);
    expect(allowed.outcome).toBe('healthy');
  });

  it.each([301, 302, 307, 308])('does not follow a redirect (%i), not even on the same host', async (status) => {
    const target = await startMcpServer();
    const server = await startRawHttpServer((_request, response) => {
      response.writeHead(status, { location: target.url }).end();
    });
    const headers = { authorization: 'Bearer tok-abcdef' };
    const observation = await inspectServer(
      { transport: 'streamable-http', url: `${server.origin}/mcp`, headers },
      { network: LOOPBACK, clock: systemClock() },
    );
    await Promise.all([server.close(), target.close()]);
    expect(observation.outcome).toBe('refused_by_policy');
    expect(target.requests).toEqual([]);
  });

  it('does not follow a redirect to a link-local address', async () => {
    const server = await startRawHttpServer((_request, response) => {
      response.writeHead(307, { location: 'http://169.254.169.254/' }).end();
    });
    const observation = await look(`${server.origin}/mcp`, LOOPBACK);
    await server.close();
    expect(observation.outcome).toBe('refused_by_policy');
  });

  it('dials the address that was checked, not what the resolver says the second time', async () => {
    const server = await startRawHttpServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
    const answers = [['127.0.0.1'], ['10.255.255.1']];
    let asked = 0;
    const guard = guarded(LOOPBACK, async () => answers[asked++] ?? []);
    const url = server.origin.replace('127.0.0.1', 'rebinding.test');
    const first = await guard.fetch(url);
    await first.text();
    const second = await guard.fetch(url);
    await second.text();
    await guard.close();
    await server.close();
    expect([first.status, second.status, asked, server.requests.length]).toEqual([200, 200, 1, 2]);
    expect(server.requests[0]?.headers.host).toContain('rebinding.test');
  });

  it('drops the refused addresses of a name that has both kinds, and refuses a name that has only those', async () => {
    const server = await startRawHttpServer((_request, response) => {
      response.writeHead(204).end();
    });
    const mixed = guarded(LOOPBACK, async () => ['10.0.0.1', '127.0.0.1']);
    const answer = await mixed.fetch(server.origin.replace('127.0.0.1', 'mixed.test'));
    const only = guarded(PUBLIC_ONLY, async () => ['10.0.0.1', '::1']);
    await expect(only.fetch('http://inside.test/')).rejects.toThrow('inside.test');
    await Promise.all([mixed.close(), only.close(), server.close()]);
    expect(answer.status).toBe(204);
    expect(only.tape.trip?.outcome).toBe('refused_by_policy');
  });

  it('calls a name that does not exist a DNS problem', async () => {
    const guard = guarded(PUBLIC_ONLY, async () => {
      throw Object.assign(new Error('queryA ENOTFOUND'), { code: 'ENOTFOUND' });
    });
    await expect(guard.fetch('http://nowhere.invalid/')).rejects.toThrow('does not resolve');
    await guard.close();
    expect(guard.tape.trip?.outcome).toBe('dns');
  });

  it('calls a closed port unreachable', async () => {
    const server = await startRawHttpServer(() => undefined);
    await server.close();
    const urls = [`${server.origin}/mcp`, 'http://127.0.0.1:1/mcp'];
    const seen = await Promise.all(urls.map((url) => look(url, LOOPBACK)));
    expect(seen.map((observation) => observation.outcome)).toEqual(['unreachable', 'unreachable']);
  });

  it('calls a server without TLS behind an https URL a TLS problem', async () => {
    const server = await startMcpServer();
    const observation = await look(server.url.replace('http:', 'https:'), LOOPBACK);
    await server.close();
    expect(observation.outcome).toBe('tls');
  });
});
