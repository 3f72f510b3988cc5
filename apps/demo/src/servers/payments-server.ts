import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { localhostHostValidation, toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, fromJsonSchema, McpServer } from '@modelcontextprotocol/server';
import type { JsonObject } from '@rollcall/kernel';
import {
  PAYMENTS_INSTRUCTIONS,
  PAYMENTS_TOOLS,
  PAYMENTS_VERSIONS,
  type PaymentsTool,
  type PaymentsVersion,
} from './payments-contract.js';
import { PaymentLedger, type RefundRefusal } from './payments-data.js';

type ToolResult = { content: { type: 'text'; text: string }[]; structuredContent?: JsonObject; isError?: true };
type ToolRun = (ledger: PaymentLedger, args: JsonObject) => ToolResult;

const done = (value: JsonObject): ToolResult => ({
  content: [{ type: 'text', text: JSON.stringify(value) }],
  structuredContent: value,
});
const refusal = (text: string): ToolResult => ({ content: [{ type: 'text', text }], isError: true });

const REFUSALS: Record<RefundRefusal, string> = {
  UNKNOWN_PAYMENT: 'There is no such payment.',
  NOT_SETTLED: 'The payment is still pending; only settled money can be returned.',
  EXCEEDS_REMAINDER: 'The refund is larger than what is left of the payment.',
};

/** Arguments were validated against the tool's schema before any of these runs. */
const RUN: Record<PaymentsTool['name'], ToolRun> = {
  get_payment: (ledger, args) => {
    const payment = ledger.find(String(args['id']));
    return payment === null ? refusal(REFUSALS.UNKNOWN_PAYMENT) : done(payment);
  },
  list_payments: (ledger, args) => {
    const status = typeof args['status'] === 'string' ? args['status'] : null;
    const limit = typeof args['limit'] === 'number' ? args['limit'] : 100;
    return done({ payments: ledger.list(status).slice(0, limit) });
  },
  create_refund: (ledger, args) => {
    const reason = typeof args['reason'] === 'string' ? args['reason'] : null;
    const refund = ledger.refund({ paymentId: String(args['paymentId']), amount: Number(args['amount']), reason });
    return typeof refund === 'string' ? refusal(REFUSALS[refund]) : done(refund);
  },
  get_refund: (ledger, args) => {
    const refund = ledger.findRefund(String(args['id']));
    return refund === null ? refusal('There is no such refund.') : done(refund);
  },
};

/** A running payments server: `port` is where it listens, on loopback only. */
export type RunningPayments = { port: number; url(version: PaymentsVersion): string; close(): Promise<void> };

/** Serves every version of the payments demo on one loopback port, at `/payments/{version}/mcp`; port 0 picks a free one. */
export async function startPayments(port: number): Promise<RunningPayments> {
  const ledger = new PaymentLedger();
  const handlers = new Map(
    PAYMENTS_VERSIONS.map((version) => [`/payments/${version}/mcp`, versionHandler(version, ledger)]),
  );
  const isLocal = localhostHostValidation();
  const server = createServer((request, response) => {
    // A web page must not reach this server through a name that resolves to loopback (DNS rebinding).
    if (!isLocal(request, response)) return;
    const handler = handlers.get((request.url ?? '').split('?')[0] ?? '');
    if (handler === undefined) response.writeHead(404, { 'content-type': 'text/plain' }).end('No such server.\n');
    else void handler.serve(request as Parameters<typeof handler.serve>[0], response);
  });
  await listen(server, port);
  const bound = (server.address() as AddressInfo).port;
  return {
    port: bound,
    url: (version) => `http://127.0.0.1:${bound}/payments/${version}/mcp`,
    close: async () => {
      await Promise.all([...handlers.values()].map((handler) => handler.close()));
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function versionHandler(version: PaymentsVersion, ledger: PaymentLedger) {
  const handler = createMcpHandler(() => buildVersion(version, ledger));
  return { serve: toNodeHandler(handler), close: () => handler.close() };
}

function buildVersion(version: PaymentsVersion, ledger: PaymentLedger): McpServer {
  const server = new McpServer(
    { name: 'payments', title: 'Payments (demo)', version },
    { instructions: PAYMENTS_INSTRUCTIONS },
  );
  for (const tool of PAYMENTS_TOOLS[version]) {
    const { name, inputSchema, outputSchema, ...described } = tool;
    server.registerTool(
      name,
      {
        ...described,
        inputSchema: fromJsonSchema<JsonObject>(inputSchema),
        outputSchema: fromJsonSchema<JsonObject>(outputSchema),
      },
      (args) => RUN[name](ledger, args),
    );
  }
  return server;
}

function listen(server: HttpServer, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}
