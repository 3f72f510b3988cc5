import { type CliWebhookFragment, CliWebhooksDocument, type CliWebhooksQuery } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { webhooksText } from './webhook-text.js';

/** Lists webhooks. */
export const webhooksListCommand: CommandSpec = {
  name: 'webhooks list',
  summary: 'the webhooks you manage',
  connects: 'account',
  run: async ({ cli }) => {
    const plane = await cli.controlPlane();
    const webhooks: CliWebhookFragment[] = [];
    let after: string | null = null;
    do {
      const page: CliWebhooksQuery = await plane.execute(CliWebhooksDocument, { after });
      webhooks.push(...page.webhooks.edges.map((edge) => edge.node));
      const { hasNextPage, endCursor } = page.webhooks.pageInfo;
      after = hasNextPage && endCursor !== after ? endCursor : null;
    } while (after !== null);
    return { data: { webhooks }, text: webhooksText(webhooks) };
  },
};
