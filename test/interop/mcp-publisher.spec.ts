import { createPrivateKey } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '@rollcall/kernel';
import { ExchangeOffers, ProofNetwork } from '@rollcall/proofs';
import {
  certificateAuthority,
  type DnsZone,
  manifestOf,
  type RunningDnsServer,
  seed,
  startDnsServer,
  startHttpsServer,
} from '@rollcall/testing';
import { type RunningApi, startApi } from '../../apps/api/test/running-api.js';
import { buildGoProgram, execute, type GoProgram, type Ran } from './go-programs.js';

const publisher = await buildGoProgram('publisher');
if (typeof publisher === 'string') process.stderr.write(`${publisher}\n`);
const story = typeof publisher === 'string' ? describe.skip : describe;

const OFFICIAL = 'io.modelcontextprotocol.registry/official';
/** The namespace that `login none` is for. */
const ANONYMOUS_NAMESPACE = 'io.modelcontextprotocol.anonymous';
const WEB = 'web.example.com';
/** 32 bytes; the tool takes a key as hexadecimal seed. */
const SEED = '01'.repeat(32);
const PKCS8_ED25519 = '302e020100300506032b657004220420';
/** The record of that key, as the tool prints it. */
const RECORD = (() => {
  const der = Buffer.from(PKCS8_ED25519 + SEED, 'hex');
  const { x = '' } = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ format: 'jwk' });
  return `v=MCPv1; k=ed25519; p=${Buffer.from(x, 'base64url').toString('base64')}`;
})();

story('the stock mcp-publisher against our api', () => {
  let api: RunningApi;
  let dns: RunningDnsServer;
  let web: { port: number; close(): Promise<void> };
  let home: string;
  let base: string;
  let ada: string;
  let files = 0;
  const zone: DnsZone = { [WEB]: { a: ['127.0.0.1'] }, 'example.com': { txt: [RECORD] } };
  const tool = publisher as GoProgram;

  beforeAll(async () => {
    home = path.join(tool.folder, 'home');
    mkdirSync(home);
    dns = await startDnsServer(zone);
    const authority = certificateAuthority();
    web = await startHttpsServer(authority.issue([WEB]), (request, response) => {
      response.writeHead(request.url === '/.well-known/mcp-registry-auth' ? 200 : 404).end(`${RECORD}\n`);
    });
    const policy = { allowPrivate: ['127.0.0.0/8'] };
    const network = new ProofNetwork({ policy, dnsServers: [dns.server], ca: authority.ca, httpsPort: web.port });
    api = await startApi({ proofs: { network, offers: new ExchangeOffers(null, true) } });
    base = `${api.url}/o/acme`;
    const acme = await seed(api).organization('acme', { publication: 'direct' });
    await acme.team('tools');
    ada = await (await acme.admin('ada')).token();
    const query = 'mutation ($input: NamespaceClaimInput!) { namespaceClaim(input: $input) { errors { code } } }';
    for (const name of [ANONYMOUS_NAMESPACE, 'com.example', 'com.example.web']) {
      const answer = await api.query(ada, query, { input: { name, team: 'tools' } });
      expect(answer.data).toMatchObject({ namespaceClaim: { errors: [] } });
    }
  });
  afterAll(async () => {
    await Promise.all([api?.close(), dns?.close(), web?.close()]);
    tool.remove();
  });

  /** The tool looks at the real clock; proofs may be 15 seconds off. */
  const run = (...args: string[]): Promise<Ran> => {
    api.clock.advance(Date.now() - api.clock.now().getTime());
    return execute(tool.path, args, { env: { HOME: home, PATH: '' }, cwd: home, timeout: 20_000 });
  };
  const done = async (...args: string[]) => {
    const ran = await run(...args);
    expect(ran).toMatchObject({ exitCode: 0 });
    return ran.stdout;
  };
  const file = (document: JsonObject): string => {
    const at = path.join(home, `server-${++files}.json`);
    writeFileSync(at, JSON.stringify(document));
    return at;
  };
  const read = async (name: string, version: string) => {
    const at = `/o/acme/v0.1/servers/${encodeURIComponent(name)}/versions/${encodeURIComponent(version)}?include_deleted=true`;
    const response = await api.fetch(at, ada);
    return {
      status: response.status,
      body: (await response.json()) as { server: JsonObject; _meta: Record<string, JsonObject> },
    };
  };
  const statusOf = async (name: string, version: string) => {
    const { body } = await read(name, version);
    const { status, statusMessage } = body._meta[OFFICIAL] ?? {};
    return statusMessage === undefined ? [status] : [status, statusMessage];
  };

  it('signs in without a proof, validates and publishes', async () => {
    const name = `${ANONYMOUS_NAMESPACE}/weather`;
    expect(await done('login', 'none', '--registry', base)).toContain('Successfully logged in');
    const documents = ['1.0.0', '1.1.0+build.7'].map((version) =>
      manifestOf(name, version, { title: 'Wetter <für> alle & 🚀' }),
    );
    for (const document of documents) {
      expect(await done('validate', file(document))).toContain('server.json is valid');
      expect(await done('publish', file(document))).toContain('Successfully published');
      expect((await read(name, String(document['version']))).body.server).toEqual(document);
    }
    expect(await done('logout')).toContain('Successfully logged out');
  });

  it('deprecates, deletes and restores one version, and deletes all', async () => {
    const name = `${ANONYMOUS_NAMESPACE}/lifecycle`;
    await done('login', 'none', '--registry', base);
    for (const version of ['1.0.0', '1.1.0+build.7']) await done('publish', file(manifestOf(name, version)));
    expect(await done('status', '--status', 'deprecated', '--message', 'Use 1.1.0', name, '1.0.0')).toContain(
      'active → deprecated',
    );
    expect(await statusOf(name, '1.0.0')).toEqual(['deprecated', 'Use 1.1.0']);
    await done('status', '--status', 'deleted', name, '1.1.0+build.7');
    expect(await statusOf(name, '1.1.0+build.7')).toEqual(['deleted']);
    await done('status', '--status', 'active', name, '1.1.0+build.7');
    expect(await statusOf(name, '1.1.0+build.7')).toEqual(['active']);
    expect(await done('status', '--status', 'deleted', '--all-versions', '-y', name)).toContain(
      'Successfully updated 2 version(s)',
    );
    expect(await statusOf(name, '1.0.0')).toEqual(['deleted']);
    for (const stranger of ['com.example/not-mine', `${ANONYMOUS_NAMESPACE}/unknown`]) {
      const ran = await run('status', '--status', 'deleted', stranger, '1.0.0');
      expect([ran.exitCode, ran.stderr]).toEqual([1, expect.stringContaining('server returned status 404')]);
    }
  });

  it('signs in with a key that a domain publishes, over DNS and over https', async () => {
    for (const [method, domain, namespace] of [
      ['dns', 'example.com', 'com.example'],
      ['http', WEB, 'com.example.web'],
    ] as const) {
      const signed = await done('login', method, '--domain', domain, '--private-key', SEED, '--registry', base);
      expect(signed).toContain(RECORD);
      const name = `${namespace}/by-${method}`;
      expect(await done('publish', file(manifestOf(name, '1.0.0')))).toContain(`${name} version 1.0.0`);
      expect((await read(name, 'latest')).status).toBe(200);
    }
  });

  it('shows what is wrong, as this registry says it', async () => {
    await done('login', 'none', '--registry', base);
    const invalid = manifestOf(`${ANONYMOUS_NAMESPACE}/invalid`, '^1.0.0');
    const validated = await run('validate', file(invalid));
    expect([validated.exitCode, validated.stdout]).toEqual([
      1,
      expect.stringMatching(/Validation failed with 1 issue.*version/s),
    ]);
    const published = await run('publish', file(invalid));
    expect([published.exitCode, published.stdout]).toEqual([
      1,
      expect.stringMatching(/Checking detailed validation errors.*version/s),
    ]);
    const foreign = await run('publish', file(manifestOf('com.example/not-mine', '1.0.0')));
    expect([foreign.exitCode, foreign.stderr]).toEqual([1, expect.stringContaining('server returned status 403')]);
    const stranger = await run(
      'login',
      'http',
      '--domain',
      'nowhere.example',
      '--private-key',
      SEED,
      '--registry',
      base,
    );
    expect([stranger.exitCode, stranger.stderr]).toEqual([
      1,
      expect.stringContaining('token exchange failed with status 401'),
    ]);
  });
});
