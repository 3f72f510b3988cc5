import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { certificateAuthority, type HttpHost, startHttpsServer, startRawHttpServer } from '@rollcall/testing';
import { type DownloadFailure, type DownloadOptions, guardedDownload } from './guarded-download.js';

const LOOPBACK = { allowPrivate: ['127.0.0.0/8'] };
const LIMITS: DownloadOptions = { network: LOOPBACK, timeoutMs: 5_000, maxBytes: 1_000 };

const reasonOf = async (url: string, options: Partial<DownloadOptions> = {}): Promise<DownloadFailure | number> => {
  try {
    return (await guardedDownload(url, { ...LIMITS, ...options })).status;
  } catch (error) {
    return (error as { reason: DownloadFailure }).reason;
  }
};

describe('a guarded download', () => {
  let host: HttpHost;
  beforeAll(async () => {
    host = await startRawHttpServer(({ path, headers }, response) => {
      if (path === '/text') response.writeHead(200, { 'x-seen': String(headers['x-secret']) }).end('hello');
      else if (path === '/chunks') for (let part = 0; part < 100; part++) response.write('x'.repeat(20));
      else if (path === '/drip') setInterval(() => response.write('x'), 20).unref();
      else if (path === '/gzip') response.writeHead(200, { 'content-encoding': 'gzip' }).end('x');
      else if (path.startsWith('/to/')) response.writeHead(302, { location: decodeURIComponent(path.slice(4)) }).end();
      else if (path !== '/silent') response.writeHead(404).end();
      if (path === '/chunks') response.end();
    });
  });
  afterAll(() => host?.close());

  it('brings status, headers and bytes, and sends what it is told to', async () => {
    const answer = await guardedDownload(`${host.origin}/text`, { ...LIMITS, headers: { 'x-secret': 'yes' } });
    expect(answer).toMatchObject({ status: 200, headers: { 'x-seen': 'yes' }, url: `${host.origin}/text` });
    expect(Buffer.from(answer.body).toString()).toBe('hello');
    expect(await reasonOf(`${host.origin}/nothing`)).toBe(404);
  });

  it.each([
    'ftp://127.0.0.1/x',
    'file:///etc/passwd',
    'data:text/plain,x',
    'not a url',
    'http://user@127.0.0.1/',
    'http://user:secret@127.0.0.1/',
  ])('does not dial %s', async (url) => expect(await reasonOf(url)).toBe('policy'));

  it.each([
    'http://10.0.0.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0177.0.0.1/',
    'http://127.1/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:0:7f00:1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[64:ff9b:1::7f00:1]/',
    'http://[2002:7f00:1::]/',
    'http://[fe80::1]/',
    'http://[fd00::1]/',
    'http://[ff02::1]/',
    'http://100.64.0.1/',
    'http://169.254.169.254/',
    'http://224.0.0.1/',
    'http://0.0.0.0/',
  ])('does not dial %s where nothing private is allowed', async (url) => {
    expect(await reasonOf(url, { network: { allowPrivate: [] } })).toBe('policy');
  });

  it('resolves a name once and dials only what was judged', async () => {
    const url = host.origin.replace('127.0.0.1', 'rebinding.test');
    let asked = 0;
    const resolve = async () => (asked++ === 0 ? ['10.0.0.1', '127.0.0.1'] : ['10.0.0.1']);
    expect(await reasonOf(`${url}/text`, { resolve })).toBe(200);
    expect(asked).toBe(1);
    expect(await reasonOf(`${url}/text`, { resolve })).toBe('policy');
    const missing = async () => {
      throw Object.assign(new Error('no'), { code: 'ENOTFOUND' });
    };
    expect(await reasonOf(`${url}/text`, { resolve: missing })).toBe('dns');
    expect(await reasonOf(`${url}/text`, { resolve: async () => [] })).toBe('dns');
  });

  it('gives up when its time is over, whoever takes it', async () => {
    const timeoutMs = 200;
    expect(await reasonOf(`${host.origin}/silent`, { timeoutMs })).toBe('timeout');
    expect(await reasonOf(`${host.origin}/drip`, { timeoutMs })).toBe('timeout');
    const resolve = () => new Promise<string[]>(() => undefined);
    expect(await reasonOf('http://slow.test/', { timeoutMs, resolve })).toBe('timeout');
    expect(await reasonOf(`${host.origin}/text`, { signal: AbortSignal.abort() })).toBe('timeout');
  });

  it('stops reading at its limit, and takes no compressed answer', async () => {
    expect(await reasonOf(`${host.origin}/chunks`)).toBe('too_large');
    expect(await reasonOf(`${host.origin}/chunks`, { maxBytes: 2_000 })).toBe(200);
    expect(await reasonOf(`${host.origin}/gzip`)).toBe('protocol');
  });

  it('follows no redirect by itself', async () => {
    expect(await reasonOf(`${host.origin}/to/${encodeURIComponent('/text')}`)).toBe(302);
  });

  it('follows redirects where it may, judges each target anew, and keeps its headers to itself', async () => {
    const mayFollow = (target: URL) => target.host === new URL(host.origin).host || target.hostname === '10.0.0.1';
    const to = (target: string) => `${host.origin}/to/${encodeURIComponent(target)}`;
    const headers = { 'x-secret': 'yes' };
    const answer = await guardedDownload(to('/text'), { ...LIMITS, mayFollow, headers });
    expect(answer.headers['x-seen']).toBe('undefined');
    expect(await reasonOf(to('http://10.0.0.1/'), { mayFollow })).toBe('policy');
    expect(await reasonOf(to('http://elsewhere.test/'), { mayFollow })).toBe('policy');
    expect(await reasonOf(to('file:///etc/passwd'), { mayFollow })).toBe('policy');
    expect(await reasonOf(to(to(to(to(to('/text'))))), { mayFollow })).toBe('policy');
  });

  it('calls a closed port unreachable, and what is no HTTP a breach of protocol', async () => {
    expect(await reasonOf('http://127.0.0.1:1/')).toBe('unreachable');
    const noise = createServer((socket) => socket.end('220 mail ready\r\n'));
    await new Promise<void>((resolve) => noise.listen(0, '127.0.0.1', resolve));
    const { port } = noise.address() as { port: number };
    const reason = await reasonOf(`http://127.0.0.1:${port}/`);
    noise.close();
    expect(reason).toBe('protocol');
  });

  it('trusts the given authority only, for the names of the certificate only', async () => {
    const authority = certificateAuthority();
    const server = await startHttpsServer(authority.issue(['good.test']), (_request, response) => response.end('ok'));
    const resolve = async () => ['127.0.0.1'];
    const at = (name: string) => `https://${name}:${server.port}/`;
    expect(await reasonOf(at('good.test'), { resolve, ca: authority.ca })).toBe(200);
    expect(await reasonOf(at('good.test'), { resolve })).toBe('tls');
    expect(await reasonOf(at('good.test'), { resolve, ca: certificateAuthority().ca })).toBe('tls');
    expect(await reasonOf(at('bad.test'), { resolve, ca: authority.ca })).toBe('tls');
    await server.close();
  });

  it('does not go from https to http', async () => {
    const authority = certificateAuthority();
    const server = await startHttpsServer(authority.issue(['good.test']), (_request, response) =>
      response.writeHead(302, { location: `${host.origin}/text` }).end(),
    );
    const resolve = async () => ['127.0.0.1'];
    const options = { resolve, ca: authority.ca, mayFollow: () => true };
    expect(await reasonOf(`https://good.test:${server.port}/`, options)).toBe('policy');
    await server.close();
  });
});
