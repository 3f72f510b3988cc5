import type { CliDeliveryFragment, CliWebhookFragment } from '@rollcall/schema';
import { dim, green, inline, red, yellow } from '../../output/style.js';
import { table } from '../../output/table.js';

/** Webhooks as a table. */
export function webhooksText(webhooks: readonly CliWebhookFragment[]): string {
  if (webhooks.length === 0) return 'No webhook.';
  const rows = webhooks.map((webhook) => [
    webhook.id,
    webhook.team?.slug ?? 'everything',
    webhook.kind,
    healthOf(webhook),
    inline(`${webhook.address}  ${webhook.events.join(', ')}  ${webhook.description}`).trimEnd(),
  ]);
  return table(rows, ['id', 'events of', 'kind', 'is', 'to, what']);
}

/** One webhook in a line. */
export function webhookText(webhook: CliWebhookFragment): string {
  return `${green('✔')} ${webhook.id}  ${inline(webhook.address)}  ${webhook.events.join(', ')}  ${healthOf(webhook)}`;
}

function healthOf({ enabled, disabledReason, failingSince }: CliWebhookFragment): string {
  if (!enabled) return red(inline(`disabled: ${disabledReason ?? ''}`));
  return failingSince === null ? green('well') : yellow(`failing since ${failingSince}`);
}

/** The delivery log as a table. */
export function deliveriesText(deliveries: readonly CliDeliveryFragment[]): string {
  if (deliveries.length === 0) return 'No delivery.';
  const rows = deliveries.map((delivery) => [
    delivery.id,
    delivery.event.occurredAt,
    delivery.event.type,
    inline(delivery.event.subject),
    deliveryText(delivery),
  ]);
  return table(rows, ['id', 'event of', 'type', 'about', 'state']);
}

/** How one delivery stands, in words. */
export function deliveryText(delivery: CliDeliveryFragment): string {
  const { status, attempts, lastStatus, lastError, nextAttemptAt } = delivery;
  if (status === 'delivered') return green(`delivered (HTTP ${lastStatus}), attempt ${attempts}`);
  const why = lastError === null ? 'not tried yet' : inline(lastError);
  if (status === 'dead') return red(`dead after ${attempts} attempts: ${why}`);
  return `${yellow('pending')} ${why} ${dim(`next ${nextAttemptAt ?? 'soon'}`)}`;
}
