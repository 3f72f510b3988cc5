import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, describe, expect, it } from '@jest/globals';
import { buildContract } from '@rollcall/contract';
import { systemClock } from '@rollcall/kernel';
import { inspectServer, type Observation } from '@rollcall/mcp-client';

const ENTRY = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/dist/index.js');
const OPTIONS = { timeoutMs: 20_000, network: { allowPrivate: ['127.0.0.0/8'] }, clock: systemClock() };
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** Starts the published server over one of its own transports, and returns where it listens. */
async function listening(transport: 'sse' | 'streamableHttp'): Promise<string> {
  const port = await freePort();
  const child = spawn(process.execPath, [ENTRY, transport], {
    env: { PORT: String(port) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  children.push(child);
  await new Promise<void>((resolve) => {
    // read to the end: a server that cannot complain dies of it
    child.stderr.on('data', (chunk: Buffer) => {
      if (String(chunk).includes(`port ${port}`)) resolve();
    });
  });
  return `http://127.0.0.1:${port}/${transport === 'sse' ? 'sse' : 'mcp'}`;
}

const digestOf = ({ offer }: Observation) => buildContract(offer ?? { tools: [] }).contract.digest;

describe('a published server with three transports', () => {
  it('offers the same contract over each of them', async () => {
    const [sse, http] = await Promise.all([listening('sse'), listening('streamableHttp')]);
    const seen = await Promise.all([
      inspectServer({ transport: 'streamable-http', url: http }, OPTIONS),
      inspectServer({ transport: 'streamable-http', url: sse }, OPTIONS),
      inspectServer({ transport: 'sse', url: sse }, OPTIONS),
      inspectServer({ transport: 'stdio', command: process.execPath, args: [ENTRY, 'stdio'] }, OPTIONS),
    ]);
    expect(seen.map(({ outcome, transport, era }) => [outcome, transport, era])).toEqual([
      ['healthy', 'streamable-http', 'legacy'],
      ['healthy', 'sse', 'legacy'],
      ['healthy', 'sse', 'legacy'],
      ['healthy', 'stdio', 'legacy'],
    ]);
    expect(seen[0]?.offer?.tools.length).toBeGreaterThan(5);
    expect(new Set(seen.map(digestOf)).size).toBe(1);
  });
});
