import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { openPinnedProxy, type PinnedProxy, type PinnedProxyOptions } from './pinned-proxy.server.js';

const LOOPBACK = { allowPrivate: ['127.0.0.0/8'] };
const servers: Server[] = [];
const doors: PinnedProxy[] = [];
let seen: IncomingMessage[] = [];

afterEach(async () => {
  seen = [];
  for (const door of doors.splice(0)) await door.close();
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer((request, response) => {
    seen.push(request);
    answer(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function open(options: Partial<PinnedProxyOptions> & { url: string }): Promise<PinnedProxy> {
  const opened = await openPinnedProxy({ policy: LOOPBACK, ...options });
  if (!opened.ok) throw new Error(opened.error.detail);
  doors.push(opened.value);
  return opened.value;
}

/** A request as a program makes it that sets every header by itself. */
function ask(url: string, headers: Record<string, string> = {}, body = ''): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(url, { method: 'POST', headers }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => {
        text += String(chunk);
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
      answer.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

describe('a door to one endpoint', () => {
  it('leads there and back, under the name of the endpoint', async () => {
    const authority = await serve((request, response) => request.pipe(response.writeHead(201, { 'x-kept': 'yes' })));
    const door = await open({ url: `http://${authority}/mcp?a=1` });
    const { host, origin } = new URL(door.url);
    expect(await ask(door.url, { host, origin }, 'hello')).toEqual({ status: 201, text: 'hello' });
    expect(seen[0]).toMatchObject({ url: '/mcp?a=1', headers: { host: authority, origin: `http://${authority}` } });
  });

  it('passes on what another host or origin claims to be', async () => {
    const authority = await serve((_request, response) => response.end());
    const door = await open({ url: `http://${authority}/mcp` });
    await ask(door.url, { host: 'evil.example.com', origin: 'http://evil.example.com' });
    expect(seen[0]?.headers).toMatchObject({ host: 'evil.example.com', origin: 'http://evil.example.com' });
  });

  it('leads nowhere else', async () => {
    const authority = await serve((_request, response) => response.end());
    const door = await open({ url: `http://${authority}/mcp` });
    const elsewhere = [new URL('/mcp', door.url), new URL('/', door.url), new URL(`http://${authority}/other`)];
    const answers = await Promise.all(elsewhere.slice(0, 2).map((url) => ask(url.href)));
    expect(answers.map(({ status }) => status)).toEqual([404, 404]);
    expect(seen).toEqual([]);
  });

  it('turns a redirect into an error, so that nobody follows it', async () => {
    const authority = await serve((_request, response) =>
      response.writeHead(307, { location: 'http://10.0.0.1/' }).end(),
    );
    const door = await open({ url: `http://${authority}/mcp` });
    expect(await ask(door.url)).toEqual({ status: 502, text: '' });
  });

  it.each<[string, Partial<PinnedProxyOptions>, string]>([
    ['http://127.0.0.1:9/mcp', { policy: { allowPrivate: [] } }, 'refused_by_policy'],
    ['http://169.254.169.254/latest', {}, 'refused_by_policy'],
    ['http://rebound.example/mcp', { resolve: async () => ['10.0.0.7'] }, 'refused_by_policy'],
    ['http://gone.example/mcp', { resolve: async () => [] }, 'dns'],
    ['ftp://127.0.0.1/', {}, 'refused_by_policy'],
    ['http://user:pass@127.0.0.1/', {}, 'refused_by_policy'],
  ])('is not opened to %s', async (url, more, outcome) => {
    const opened = await openPinnedProxy({ url, policy: LOOPBACK, ...more });
    expect(opened).toMatchObject({ ok: false, error: { outcome } });
  });

  it('asks for the address once: a name that moves afterwards moves nothing', async () => {
    const authority = await serve((_request, response) => response.end('here'));
    let asked = 0;
    const resolve = async () => (asked++ === 0 ? ['127.0.0.1'] : ['10.0.0.1']);
    const door = await open({ url: `http://moving.example:${authority.split(':')[1]}/mcp`, resolve });
    expect([await ask(door.url), await ask(door.url)].map(({ text }) => text)).toEqual(['here', 'here']);
    expect([asked, seen.length]).toEqual([1, 2]);
  });

  it('closes after so many requests and bytes', async () => {
    const authority = await serve((_request, response) => response.end('x'.repeat(2_000)));
    const few = await open({ url: `http://${authority}/mcp`, maxRequests: 1 });
    expect([(await ask(few.url)).status, (await ask(few.url)).status]).toEqual([200, 429]);
    const small = await open({ url: `http://${authority}/mcp`, maxTotalBytes: 1_000 });
    await expect(ask(small.url)).rejects.toMatchObject({ code: expect.stringMatching(/ECONNRESET|ERR_/) });
  });
});
