import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { systemClock } from '@rollcall/kernel';
import { inspectServer } from '@rollcall/mcp-client';
import { type DemoServers, memoryServerLaunch, PAYMENTS_TOOLS, PAYMENTS_VERSIONS, startDemoServers } from './index.js';

const OPTIONS = { network: { allowPrivate: ['127.0.0.0/8'] }, clock: systemClock() };
let demo: DemoServers;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

beforeAll(async () => {
  demo = await startDemoServers({ paymentsPort: 0, everythingPort: await freePort() });
});
afterAll(async () => {
  await demo.close();
});

describe('the payments server', () => {
  it.each(PAYMENTS_VERSIONS)('offers the contract of %s to a modern client', async (version) => {
    const observation = await inspectServer({ transport: 'streamable-http', url: demo.paymentsUrl(version) }, OPTIONS);
    expect(observation).toMatchObject({
      outcome: 'healthy',
      era: 'modern',
      protocolVersion: '2026-07-28',
      serverInfo: { name: 'payments', version },
    });
    expect(observation.offer?.tools).toMatchObject(
      PAYMENTS_TOOLS[version].map(({ name, annotations }) => ({ name, annotations })),
    );
    expect(observation.offer?.tools).toMatchObject(PAYMENTS_TOOLS[version].map(({ inputSchema }) => ({ inputSchema })));
  });

  it('talks to a client of the previous SDK line too', async () => {
    const client = new LegacyClient({ name: 'old', version: '1.0.0' });
    await client.connect(new LegacyTransport(new URL(demo.paymentsUrl('1.0.0'))) as never);
    const { tools } = await client.listTools();
    const payment = await client.callTool({ name: 'get_payment', arguments: { id: 'pay_1001' } });
    await client.close();
    expect(tools.map((tool) => tool.name)).toEqual(['get_payment', 'list_payments', 'create_refund']);
    expect(payment.structuredContent).toMatchObject({ id: 'pay_1001', amount: 4990, currency: 'EUR' });
  });

  it('refunds settled money once, never more than came in, and asks for a reason from 2.0.0 on', async () => {
    const client = new Client({ name: 'new', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
    await client.connect(new StreamableHTTPClientTransport(new URL(demo.paymentsUrl('2.0.0'))));
    const call = (name: string, args: Record<string, unknown>) => client.callTool({ name, arguments: args });
    const withoutReason = await call('create_refund', { paymentId: 'pay_1002', amount: 100 });
    const refund = await call('create_refund', { paymentId: 'pay_1002', amount: 12_000, reason: 'Order cancelled' });
    const again = await call('create_refund', { paymentId: 'pay_1002', amount: 1, reason: 'Once more' });
    const pending = await call('create_refund', { paymentId: 'pay_1003', amount: 1, reason: 'Too early' });
    const unknown = await call('get_payment', { id: 'pay_9' });
    const refunded = await call('list_payments', { status: 'refunded' });
    await client.close();
    expect([withoutReason, again, pending, unknown].map((result) => result.isError)).toEqual([true, true, true, true]);
    expect(refund.structuredContent).toMatchObject({
      paymentId: 'pay_1002',
      amount: 12_000,
      reason: 'Order cancelled',
    });
    expect(refunded.structuredContent).toMatchObject({ payments: [{ id: 'pay_1002' }] });
  });
});

describe('the reference servers', () => {
  it('inspects the reference server over HTTP', async () => {
    const observation = await inspectServer({ transport: 'streamable-http', url: demo.everythingUrl }, OPTIONS);
    expect(observation).toMatchObject({ outcome: 'healthy', era: 'legacy', protocolVersion: '2025-11-25' });
    expect(observation.offer?.tools.length).toBeGreaterThanOrEqual(10);
    expect(observation.offer?.prompts?.length).toBeGreaterThan(0);
    expect(observation.offer?.resources?.length).toBeGreaterThan(0);
  });

  it('keeps the reference server on loopback, although it would listen everywhere', async () => {
    const outside = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .find((address) => !address.internal && address.family === 'IPv4');
    const port = Number(new URL(demo.everythingUrl).port);
    // A machine without a second interface has nothing to prove it on; loopback itself must still work.
    const refused = outside === undefined ? true : !(await reaches(outside.address, port));
    expect([refused, await reaches('127.0.0.1', port)]).toEqual([true, true]);
  });

  it('inspects the memory server over stdio', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'rollcall-memory-'));
    const launch = memoryServerLaunch(join(directory, 'graph.jsonl'));
    const observation = await inspectServer({ transport: 'stdio', ...launch }, OPTIONS);
    await rm(directory, { recursive: true });
    expect(observation).toMatchObject({ outcome: 'healthy', era: 'legacy', transport: 'stdio', authentication: null });
    expect(observation.offer?.tools).toHaveLength(9);
  });
});

function reaches(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1_000 });
    const answer = (yes: boolean) => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
    socket.once('timeout', () => answer(false));
  });
}
