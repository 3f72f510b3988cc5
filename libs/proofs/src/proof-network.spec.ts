import { afterEach, describe, expect, it } from '@jest/globals';
import { type RunningDnsServer, startDnsServer } from '@rollcall/testing';
import { ProofNetwork } from './proof-network.js';

describe('looking names up', () => {
  let dns: RunningDnsServer | undefined;
  const network = async (...args: Parameters<typeof startDnsServer>) => {
    dns = await startDnsServer(...args);
    return new ProofNetwork({ policy: { allowPrivate: [] }, dnsServers: [dns.server] });
  };
  afterEach(() => dns?.close());

  it('reads the records of exactly this name, whole', async () => {
    const long = 'x'.repeat(700);
    const zone = { 'example.com': { txt: ['one', long], a: ['192.0.2.1'] }, 'empty.example': {} };
    const at = await network(zone);
    expect(await at.texts('example.com')).toEqual(['one', long]);
    expect(await at.texts('www.example.com')).toEqual([]);
    expect(await at.texts('empty.example')).toEqual([]);
    expect(await at.resolve('example.com')).toEqual(['192.0.2.1']);
    expect(await at.resolve('nowhere.example')).toEqual([]);
    expect(dns?.questions).toEqual(
      expect.arrayContaining(['TXT www.example.com', 'A example.com', 'AAAA example.com']),
    );
  });

  it('gives up on servers that do not answer after five seconds', async () => {
    const at = await network({}, { silent: true });
    const started = Date.now();
    expect(await at.texts('example.com')).toBeNull();
    expect(Date.now() - started).toBeLessThan(6_500);
  });
});
