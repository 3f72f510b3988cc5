import { Injectable } from '@nestjs/common';
import { Runtime } from '@rollcall/access';
import { DAY_MS, Refusal } from '@rollcall/kernel';
import type { OutboxEvent } from '@rollcall/persistence';
import {
  type AttemptEntry,
  type ClaimedDelivery,
  DeliveryRecords,
  type DueDelivery,
} from './delivery.records.prisma.js';
import { cloudEventBody, type EventBody, slackBody } from './event-body.js';
import { EventRenderer } from './event-renderer.js';
import { NotificationSettings } from './notification-settings.js';
import { ATTEMPTS_PER_ROUND, pauseAfter } from './retry-schedule.js';
import { SecretBox } from './secret-box.js';
import { type WebhookAnswer, WebhookClient } from './webhook.client.js';
import { signatureHeaders } from './webhook-signature.js';

/** Deliveries that are over are kept this long. */
const RETENTION_MS = 30 * DAY_MS;
const DUE_LIMIT = 500;

/** Brings events to endpoints: at least once, always under the same id, in no promised order. */
@Injectable()
export class DeliveryService {
  constructor(
    private readonly renderer: EventRenderer,
    private readonly records: DeliveryRecords,
    private readonly client: WebhookClient,
    private readonly secrets: SecretBox,
    private readonly settings: NotificationSettings,
    private readonly runtime: Runtime,
  ) {}

  /** Makes the deliveries of a domain event and says which wait for their first attempt; again makes none twice. */
  async follow(event: OutboxEvent): Promise<DueDelivery[]> {
    const rendered = await this.renderer.render(event);
    return rendered ? this.records.fanOut(event.id, event.organizationId, rendered) : [];
  }

  /** The deliveries whose time has come, also those whose attempt was not finished by a process that died. */
  due(): Promise<DueDelivery[]> {
    return this.records.due(this.runtime.clock.now(), DUE_LIMIT);
  }

  /** Makes one attempt, unless somebody else makes it; true when it was made. */
  async attempt(due: DueDelivery): Promise<boolean> {
    const delivery = await this.records.claim(due, this.runtime.clock.now());
    if (!delivery) return false;
    const pointless = reasonNotToSend(delivery);
    if (pointless !== null) {
      await this.records.abandoned(delivery, pointless);
      return false;
    }
    const begun = this.runtime.clock.now();
    const answer = await this.sendOrRefuse(delivery, begun);
    const entry = entryOf(answer, begun, this.runtime.clock.now());
    const excerpt = answer.answered ? answer.excerpt : '';
    if (entry.error === null) await this.records.succeeded(delivery, entry, excerpt);
    else {
      const gone = entry.status === 410;
      const next = gone ? null : this.nextAttempt(delivery);
      await this.records.failed(delivery, entry, { next, excerpt, gone });
    }
    return true;
  }

  /** Forgets what ended long ago; returns how many deliveries that were. */
  purge(): Promise<number> {
    return this.records.purge(new Date(this.runtime.clock.now().getTime() - RETENTION_MS));
  }

  /** A secret that cannot be opened is a failed attempt with a reason that people can read. */
  private async sendOrRefuse(delivery: ClaimedDelivery, at: Date): Promise<WebhookAnswer> {
    try {
      return await this.send(delivery, at);
    } catch (error) {
      if (error instanceof Refusal) return { answered: false, error: error.message };
      throw error;
    }
  }

  private send({ endpoint, event }: ClaimedDelivery, at: Date): Promise<WebhookAnswer> {
    const { organizationId, id } = endpoint;
    const url = this.secrets.open(endpoint.urlSealed, [organizationId, id, 'url']);
    const { contentType, body }: EventBody =
      endpoint.kind === 'slack' ? slackBody(event) : cloudEventBody(event, this.settings.publicUrl);
    const signed =
      endpoint.kind === 'slack' ? {} : signatureHeaders({ id: event.id, at, body }, this.keysOf(endpoint, at));
    return this.client.post({ url, headers: { 'content-type': contentType, ...signed }, body });
  }

  /** The secret, and for a day after a rotation the one before it as well. */
  private keysOf(endpoint: ClaimedDelivery['endpoint'], at: Date): string[] {
    const { organizationId, id, secretSealed, previousSecretSealed, previousSecretUntil } = endpoint;
    const previous = previousSecretUntil !== null && previousSecretUntil > at ? previousSecretSealed : null;
    return [secretSealed, previous].flatMap((sealed) =>
      sealed === null ? [] : [this.secrets.open(sealed, [organizationId, id, 'secret'])],
    );
  }

  private nextAttempt(delivery: ClaimedDelivery): Date | null {
    const pause = pauseAfter(delivery.attempts - delivery.roundStart, Math.random());
    return pause === null ? null : new Date(this.runtime.clock.now().getTime() + pause);
  }
}

/** Attempts whose process died are counted too: what kills a process must not be tried for ever. */
function reasonNotToSend({ endpoint, attempts, roundStart }: ClaimedDelivery): string | null {
  if (!endpoint.enabled) return 'The webhook was disabled.';
  return attempts - roundStart > ATTEMPTS_PER_ROUND ? 'No attempt of this round came to an end.' : null;
}

function entryOf(answer: WebhookAnswer, begun: Date, ended: Date): AttemptEntry {
  const times = { at: begun.toISOString(), durationMs: ended.getTime() - begun.getTime() };
  if (!answer.answered) return { ...times, status: null, error: answer.error };
  const { status } = answer;
  return { ...times, status, error: status >= 200 && status < 300 ? null : failureText(status) };
}

function failureText(status: number): string {
  if (status >= 300 && status < 400) return `The endpoint redirects (HTTP ${status}); a redirect is never followed.`;
  if (status === 410) return 'The endpoint is gone (HTTP 410).';
  return `The endpoint answered HTTP ${status}.`;
}
