import { type RunningMcpServer, startMcpServer, type TestTool } from '@rollcall/testing';
import { eventually } from '../child-processes.js';
import { connectV2 } from '../mcp-clients.js';
import { ServedInstallation } from '../served-installation.js';

/** The server whose next version breaks its callers. */
export const REFUNDS = 'com.acme.payments/refunds';
export const V1 = `${REFUNDS}@1.0.0`;
export const V2 = `${REFUNDS}@2.0.0`;
/** Declares what it relies on, and never calls. */
export const DESK = 'refund-desk';
/** Declares nothing; gateways see it call. */
export const AUDITOR = 'night-auditor';
/** The pull request that 2.0.0 comes from. */
export const CONTEXT = 'acme/refunds#12';

const ID = { type: 'string', description: 'Number of the refund.', maxLength: 40 };
const CURRENCY = { type: 'string', enum: ['EUR', 'USD'], description: 'In which currency amounts are given.' };
const REFUND = {
  type: 'object',
  properties: { status: { type: 'string', enum: ['open', 'paid'], description: 'Whether the money was sent.' } },
  required: ['status'],
  additionalProperties: false,
};

function tool(name: string, description: string, rest: Pick<TestTool, 'inputSchema' | 'annotations'>): TestTool {
  const paid = { content: [{ type: 'text', text: 'paid' }], structuredContent: { status: 'paid' } };
  return { name, description, ...rest, outputSchema: REFUND, handler: () => paid };
}

const tools = (required: string[]): TestTool[] => [
  tool('get_refund', 'Returns one refund by its number. Use it before a customer is answered.', {
    inputSchema: { type: 'object', properties: { id: ID, currency: CURRENCY }, required, additionalProperties: false },
    annotations: { readOnlyHint: true },
  }),
  tool('send_refund', 'Sends the money of one refund that is open. Use it when a customer has been answered.', {
    inputSchema: { type: 'object', properties: { id: ID }, required: ['id'], additionalProperties: false },
    annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true },
  }),
];

/** One guard of an answer of `can-i`. */
export type Guard = { guard: string; status: 'met' | 'unmet' | 'unknown'; message: string };

/** A version in production with two consumers, and a next one in staging that asks for more. */
export class CanaryStory extends ServedInstallation {
  old!: RunningMcpServer;
  next!: RunningMcpServer;

  override async start(): Promise<void> {
    this.old = await startMcpServer({ tools: tools(['id']) });
    this.next = await startMcpServer({ tools: tools(['id', 'currency']) });
    await super.start();
    await this.startGateway();
    await this.active(REFUNDS, '1.0.0', this.old.url);
    for (const agent of [DESK, AUDITOR]) await this.agent(agent);
  }

  override async stop(): Promise<void> {
    await super.stop();
    await this.old?.close();
    await this.next?.close();
  }

  /** The guards of a step as `can-i` answers, by name. */
  async guards(...question: string[]): Promise<{ exit: number | null; guards: Record<string, Guard> }> {
    const { exit, data } = await this.json('owner', 'can-i', ...question);
    const { guards } = data as { guards: Guard[] };
    return { exit, guards: Object.fromEntries(guards.map((one) => [one.guard, one])) };
  }

  /** The guards between 2.0.0 and its canary. */
  toCanary() {
    return this.guards('promote', V2, '--to', 'canary');
  }

  /** Puts in force what an agent says it relies on: the one tool with these arguments, in these versions. */
  async relies(agent: string, sent: readonly string[], versions = '>=1.0.0'): Promise<void> {
    const servers = [{ server: REFUNDS, versions, tools: { get_refund: { arguments: sent, outputs: ['/status'] } } }];
    await this.done('owner', 'expectations', 'publish', this.file(`${agent}.json`, { agent, servers }));
  }

  /** One call of an agent through the gateway, as soon as its bundle knows the agent. */
  async call(agent: string, sent: Record<string, string>): Promise<void> {
    await eventually(
      async () => {
        const client = await connectV2(this.gatewayUrl, this.tokens[agent] ?? '');
        try {
          return JSON.stringify(await client.callTool({ name: 'refunds__get_refund', arguments: sent }));
        } finally {
          await client.close();
        }
      },
      (answer) => answer.includes('paid'),
    );
  }

  private async agent(name: string): Promise<void> {
    await this.done('admin', 'agents', 'create', name, '--team', 'payments');
    const grant = ['--agent', name, '--server', REFUNDS, '--tool', 'get_refund', '--environment', 'production'];
    await this.done('owner', 'grants', 'create', ...grant);
    this.tokens[name] = String((await this.done('owner', 'agents', 'token', name))['token']);
  }
}
