import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UpstreamDirectory } from './upstream-directory.js';

const answering = createServer((_, response) => response.writeHead(500).end());
let port = 0;

beforeAll(async () => {
  await new Promise<void>((resolve) => answering.listen(0, '127.0.0.1', resolve));
  port = (answering.address() as AddressInfo).port;
});

afterAll(() => {
  answering.close();
});

async function messageFor(url: string, allowPrivate: string[]): Promise<string> {
  const directory = new UpstreamDirectory({ network: { allowPrivate }, launchers: new Map() });
  const reply = await directory.at({ transport: 'streamable-http', url }).ask('tools/list', {});
  await directory.close();
  return reply.kind === 'failed' ? reply.message : 'reached';
}

describe('dialling servers', () => {
  it('refuses private addresses however they are written', async () => {
    for (const host of ['127.0.0.1', '2130706433', '0x7f.1', '[::1]', '[::ffff:127.0.0.1]', '169.254.169.254']) {
      expect([host, await messageFor(`http://${host}:${port}/mcp`, [])]).toEqual([
        host,
        expect.stringContaining('private address'),
      ]);
    }
  });

  it('refuses a name that resolves to a private address at the moment of dialling', async () => {
    expect(await messageFor(`http://localhost:${port}/mcp`, [])).toContain('PRIVATE_ADDRESS');
  });

  it('reaches what the operator allowed', async () => {
    expect(await messageFor(`http://localhost:${port}/mcp`, ['127.0.0.0/8', '::1/128'])).toContain('HTTP 500');
  });

  it('dials nothing but http and https', async () => {
    expect(await messageFor('file:///etc/passwd', [])).toContain('Only http and https');
    expect(await messageFor('no url', [])).toContain('cannot be read');
  });
});
