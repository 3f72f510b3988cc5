import { type RunningMcpServer, startMcpServer } from '@rollcall/testing';
import { Installation } from '../installation.js';

/** Names of the story: one server that runs, one that stands in the catalogue only, one that is imported. */
export const PAYMENTS = 'com.acme.payments/payments';
export const LEDGER = 'com.acme.payments/ledger';
export const INVOICES = 'com.acme.payments/invoices';
export const LEDGER_URL = 'https://ledger.acme.example/mcp';

const tool = (name: string, description: string, readOnlyHint: boolean) => ({
  name,
  description,
  inputSchema: {
    type: 'object',
    properties: { paymentId: { type: 'string', description: 'Which payment.' } },
    required: ['paymentId'],
    additionalProperties: false,
  },
  annotations: { readOnlyHint, destructiveHint: !readOnlyHint },
});

/** A control plane whose owners look for things, with one server that the worker can inspect. */
export class OwnersStory extends Installation {
  private server: RunningMcpServer | undefined;

  override async start(): Promise<void> {
    const tools = [
      tool('get_payment', 'Returns one payment.', true),
      tool('create_refund', 'Returns money to a customer.', false),
    ];
    this.server = await startMcpServer({ tools });
    await super.start();
    await this.done('admin', 'namespaces', 'claim', 'com.acme.payments', '--team', 'payments');
    const remotes = [{ type: 'streamable-http', url: this.server.url }];
    const file = this.manifest(PAYMENTS, '1.0.0', { remotes, title: 'Card payments' });
    await this.done('ci', 'publish', file, '--contact', 'payments@acme.example', '--wait');
  }

  override async stop(): Promise<void> {
    await super.stop();
    await this.server?.close();
  }
}
