import { Injectable } from '@nestjs/common';
import { AccessService, AccessStore, teamFilter } from '@rollcall/access';
import { HOUR_MS, notFound, type RequestContext } from '@rollcall/kernel';
import type { Prisma, WebhookEndpoint } from '@rollcall/persistence';
import { deliveryPending, notSigned, redeliveryInvalid, webhookDisabled } from './notifications.errors.js';
import { SecretBox } from './secret-box.js';
import { readDescription, readPatterns, readUrl, shownAddress, type WebhookKind } from './webhook.js';
import { WebhookReadModel } from './webhook.read-model.prisma.js';
import { WebhookRecords } from './webhook.records.prisma.js';
import { newWebhookSecret } from './webhook-signature.js';

/** After a rotation both secrets sign for so long, so that receivers can follow without losing anything. */
const ROTATION_OVERLAP_MS = 24 * HOUR_MS;

/** A webhook of a team, or of the whole organization when `team` is absent. */
export type WebhookInput = {
  team?: string | null;
  /** Default: standard. */
  kind?: WebhookKind | null;
  url: string;
  /** Default: everything. */
  events?: readonly string[] | null;
  description?: string | null;
};

/** What is given is changed. */
export type WebhookChange = {
  id: string;
  url?: string | null;
  events?: readonly string[] | null;
  description?: string | null;
  enabled?: boolean | null;
};

/** Webhooks: who is told. What the caller may not manage does not exist for the caller. */
@Injectable()
export class WebhookService {
  constructor(
    private readonly access: AccessService,
    private readonly teams: AccessStore,
    private readonly secrets: SecretBox,
    private readonly records: WebhookRecords,
    private readonly reads: WebhookReadModel,
  ) {}

  /** Makes a webhook; the signing secret is returned once, null for Slack. */
  async create(ctx: RequestContext, input: WebhookInput): Promise<{ webhook: WebhookEndpoint; secret: string | null }> {
    const teamId = await this.ownerOf(ctx, input.team ?? null);
    const url = readUrl(input.url);
    const events = readPatterns(input.events ?? ['*']);
    const kind = input.kind ?? 'standard';
    const id = ctx.ids.next('whk');
    const secret = kind === 'slack' ? null : newWebhookSecret();
    const now = ctx.clock.now();
    const webhook = await this.records.create(ctx, {
      id,
      organizationId: ctx.organizationId,
      teamId,
      kind,
      description: readDescription(input.description ?? ''),
      urlSealed: this.secrets.seal(url.href, [ctx.organizationId, id, 'url']),
      address: shownAddress(url, kind),
      events,
      secretSealed: secret === null ? null : this.secrets.seal(secret, [ctx.organizationId, id, 'secret']),
      createdBy: ctx.principal.id,
      createdAt: now,
      updatedAt: now,
    });
    return { webhook, secret };
  }

  /** Changes what is given; enabling again forgets how long it has failed. */
  async update(ctx: RequestContext, input: WebhookChange): Promise<WebhookEndpoint> {
    const webhook = await this.managed(ctx, input.id);
    const data: Prisma.WebhookEndpointUncheckedUpdateInput = {};
    if (input.url != null) {
      const url = readUrl(input.url);
      data.urlSealed = this.secrets.seal(url.href, [ctx.organizationId, webhook.id, 'url']);
      data.address = shownAddress(url, webhook.kind as WebhookKind);
    }
    if (input.events != null) data.events = readPatterns(input.events);
    if (input.description != null) data.description = readDescription(input.description);
    if (input.enabled === true && !webhook.enabled) {
      Object.assign(data, { enabled: true, disabledReason: null, failingSince: null });
    }
    if (input.enabled === false && webhook.enabled) {
      Object.assign(data, { enabled: false, disabledReason: `${ctx.principal.handle} disabled it.` });
    }
    const changed = Object.keys(data).filter((name) => name !== 'urlSealed');
    if (changed.length === 0) return webhook;
    return this.records.update(ctx, webhook.id, { data, audit: { changed } });
  }

  /** Deletes a webhook with its deliveries. */
  async delete(ctx: RequestContext, id: string): Promise<string> {
    const webhook = await this.managed(ctx, id);
    await this.records.delete(ctx, webhook.id);
    return webhook.id;
  }

  /** Makes a new secret, returned once; the old one signs as well for a day. */
  async rotateSecret(ctx: RequestContext, id: string): Promise<{ webhook: WebhookEndpoint; secret: string }> {
    const webhook = await this.managed(ctx, id);
    if (webhook.secretSealed === null) throw notSigned();
    const secret = newWebhookSecret();
    const data = {
      secretSealed: this.secrets.seal(secret, [ctx.organizationId, webhook.id, 'secret']),
      previousSecretSealed: webhook.secretSealed,
      previousSecretUntil: new Date(ctx.clock.now().getTime() + ROTATION_OVERLAP_MS),
    };
    return { webhook: await this.records.update(ctx, webhook.id, { data, audit: { rotated: true } }), secret };
  }

  /** Has a ping sent to one webhook, whatever it subscribes to; returns its delivery. */
  async test(ctx: RequestContext, id: string) {
    const webhook = await this.managed(ctx, id);
    if (!webhook.enabled) throw webhookDisabled(webhook.disabledReason ?? '');
    const delivery = await this.records.ping(ctx, webhook.id, {
      type: 'dev.rollcall.webhook.ping.v1',
      subject: webhook.id,
      teamId: webhook.teamId,
      data: { webhookId: webhook.id, requestedBy: { id: ctx.principal.id, handle: ctx.principal.handle } },
      occurredAt: ctx.clock.now(),
    });
    return this.reads.delivery(ctx.organizationId, delivery);
  }

  /** Has one delivery that is over, or every dead one of a webhook, sent again; returns how many. */
  async redeliver(ctx: RequestContext, input: { delivery?: string | null; deadOf?: string | null }): Promise<number> {
    if ((input.delivery == null) === (input.deadOf == null)) throw redeliveryInvalid();
    if (input.deadOf != null) return this.records.redeliverDead(ctx, (await this.enabled(ctx, input.deadOf)).id);
    const delivery = await this.reads.delivery(ctx.organizationId, input.delivery ?? '');
    if (!delivery || !(await this.manages(ctx, delivery.endpoint.teamId)))
      throw notFound('delivery', input.delivery ?? '');
    await this.enabled(ctx, delivery.endpointId);
    if (delivery.status === 'pending') throw deliveryPending();
    await this.records.redeliver(ctx, delivery);
    return 1;
  }

  /** A page of the webhooks the caller manages, oldest first. */
  async page(ctx: RequestContext, query: { first: number; after?: string | null }) {
    const scope = teamFilter(await this.access.visibility(ctx, 'webhook.manage'));
    return this.reads.webhooks(ctx.organizationId, scope, query);
  }

  /** A page of the delivery log of one webhook, newest first. */
  async deliveries(
    ctx: RequestContext,
    query: { webhook: string; status?: string | null; type?: string | null; first: number; after?: string | null },
  ) {
    const webhook = await this.managed(ctx, query.webhook);
    return this.reads.deliveries(ctx.organizationId, { ...query, webhook: webhook.id });
  }

  /** The webhook, or NOT_FOUND when the caller does not manage it. */
  async managed(ctx: RequestContext, id: string): Promise<WebhookEndpoint> {
    const webhook = await this.records.find(ctx.organizationId, id);
    if (!webhook || !(await this.manages(ctx, webhook.teamId))) throw notFound('webhook', id);
    return webhook;
  }

  private async enabled(ctx: RequestContext, id: string): Promise<WebhookEndpoint> {
    const webhook = await this.managed(ctx, id);
    if (!webhook.enabled) throw webhookDisabled(webhook.disabledReason ?? '');
    return webhook;
  }

  private manages(ctx: RequestContext, teamId: string | null): Promise<boolean> {
    return this.access.can(ctx, 'webhook.manage', teamId ?? undefined);
  }

  /** The team's id, or null for the organization; both only for those who manage webhooks there. */
  private async ownerOf(ctx: RequestContext, slug: string | null): Promise<string | null> {
    if (slug === null) {
      await this.access.authorize(ctx, 'webhook.manage');
      return null;
    }
    const team = await this.teams.team(ctx.organizationId, slug);
    if (!team || !(await this.access.can(ctx, 'server.read', team.id))) throw notFound('team', slug);
    await this.access.authorize(ctx, 'webhook.manage', team.id);
    return team.id;
  }
}
