import { Injectable } from '@nestjs/common';
import { Runtime } from '@rollcall/access';
import { CHECK_APPROVAL_REQUESTED, CHECK_COMPLETED, CHECK_CONCLUDED } from '@rollcall/checks';
import { DRIFT_DETECTED, DRIFT_RESOLVED } from '@rollcall/drift';
import { POLICY_SET, SERVER_RENAMED, SERVER_TRANSFER_REQUESTED, SERVER_TRANSFERRED } from '@rollcall/governance';
import { INSPECTION_FINISHED } from '@rollcall/inspections';
import type { JsonObject } from '@rollcall/kernel';
import type { OutboxEvent } from '@rollcall/persistence';
import { ENDPOINT_HEALTH_CHANGED, ENDPOINT_UNAUTHENTICATED_ACCESS } from '@rollcall/probes';
import { NAMESPACE_CLAIMED, VERSION_PUBLISHED } from '@rollcall/registry';
import {
  BREAK_GLASS_REQUESTED,
  SUNSET_APPROACHING,
  SUNSET_REACHED,
  VERSION_QUARANTINED,
  VERSION_RELEASED,
  VERSION_TRANSITIONED,
} from '@rollcall/transitions';
import { EVENT_TYPES, type EventType, type EventTypeName } from './event.catalogue.js';
import { EventSubjects, type EventVersion } from './event-subjects.read-model.prisma.js';
import { NOTICE_CREATED, WEBHOOK_DISABLED } from './notifications.events.js';

/** An event as subscribers get it, with the team whose webhooks may have it; null: only organization-wide ones. */
export type RenderedEvent = {
  type: EventTypeName;
  subject: string;
  teamId: string | null;
  data: JsonObject;
  occurredAt: Date;
};

type Rendering = Omit<RenderedEvent, 'occurredAt'> & { occurredAt?: Date };
type Renderer = (event: OutboxEvent) => Promise<Rendering | null>;

/** Makes the public event of a domain event: null when it is not announced, or what it is about is gone. */
@Injectable()
export class EventRenderer {
  private readonly renderers: Readonly<Record<string, Renderer>>;

  constructor(
    private readonly subjects: EventSubjects,
    private readonly runtime: Runtime,
  ) {
    this.renderers = {
      [VERSION_PUBLISHED]: (event) => this.published(event),
      [VERSION_TRANSITIONED]: (event) => this.step(event),
      [SUNSET_APPROACHING]: (event) => this.sunsetNear(event),
      [SUNSET_REACHED]: (event) => this.sunset(event, 'dev.rollcall.version.sunset_reached.v1'),
      [VERSION_QUARANTINED]: (event) => this.hold(event, 'dev.rollcall.version.quarantined.v1'),
      [VERSION_RELEASED]: (event) => this.hold(event, 'dev.rollcall.version.released.v1'),
      [CHECK_CONCLUDED]: (event) => this.check(event),
      [CHECK_COMPLETED]: (event) => this.recordedCheck(event, 'dev.rollcall.check.completed.v1'),
      [CHECK_APPROVAL_REQUESTED]: (event) => this.recordedCheck(event, 'dev.rollcall.check.approval_requested.v1'),
      [INSPECTION_FINISHED]: (event) => this.inspection(event),
      [DRIFT_DETECTED]: (event) => this.drift(event, 'dev.rollcall.drift.detected.v1'),
      [DRIFT_RESOLVED]: (event) => this.drift(event, 'dev.rollcall.drift.resolved.v1'),
      [ENDPOINT_HEALTH_CHANGED]: (event) => this.health(event),
      [ENDPOINT_UNAUTHENTICATED_ACCESS]: (event) => this.openAccess(event),
      [NAMESPACE_CLAIMED]: (event) => this.namespace(event),
      [POLICY_SET]: (event) => this.policy(event),
      [BREAK_GLASS_REQUESTED]: (event) => this.breakGlass(event),
      [SERVER_TRANSFER_REQUESTED]: (event) => this.transfer(event, 'dev.rollcall.server.transfer_requested.v1'),
      [SERVER_TRANSFERRED]: (event) => this.transfer(event, 'dev.rollcall.server.transferred.v1'),
      [SERVER_RENAMED]: (event) => this.rename(event),
      [NOTICE_CREATED]: (event) => this.notice(event),
      [WEBHOOK_DISABLED]: (event) => this.disabled(event),
    };
  }

  /** Throws when what was rendered is not of the shape that the catalogue promises. */
  async render(event: OutboxEvent): Promise<RenderedEvent | null> {
    const rendering = await this.renderers[event.topic]?.(event);
    if (!rendering) return null;
    const data = (EVENT_TYPES[rendering.type] as EventType).data.parse(rendering.data) as JsonObject;
    return { occurredAt: this.runtime.clock.now(), ...rendering, data };
  }

  private async published(event: OutboxEvent): Promise<Rendering | null> {
    const version = await this.version(event);
    if (!version) return null;
    const publisher = await this.subjects.actor(event.organizationId, version.row.publisherId);
    return {
      ...about(version),
      type: 'dev.rollcall.version.published.v1',
      data: { ...version.part, publisher, track: version.row.track },
      occurredAt: version.row.publishedAt,
    };
  }

  private async step(event: OutboxEvent): Promise<Rendering | null> {
    const version = await this.version(event);
    const transition = await this.subjects.transition(event.organizationId, textOf(event, 'transitionId'));
    if (!version || !transition) return null;
    const type = stepType(transition.fromState ?? '', transition.toState);
    const step = {
      ...version.part,
      transitionId: transition.id,
      from: transition.fromState ?? '',
      to: transition.toState,
      actor: { id: transition.actorId, handle: transition.actorHandle },
    };
    const ending = { sunsetAt: version.sunsetAt, successor: version.successor };
    const data = ['deprecated', 'decommissioned'].includes(transition.toState) ? { ...step, ...ending } : step;
    return { ...about(version), type, data, occurredAt: transition.at };
  }

  private async sunset(event: OutboxEvent, type: EventTypeName): Promise<Rendering | null> {
    const version = await this.version(event);
    // restored in the meantime: nobody is told of an end that is no longer announced
    if (!version || version.sunsetAt === null) return null;
    const data = { ...version.part, sunsetAt: version.sunsetAt, successor: version.successor };
    return { ...about(version), type, data };
  }

  private async sunsetNear(event: OutboxEvent): Promise<Rendering | null> {
    const rendering = await this.sunset(event, 'dev.rollcall.version.sunset_approaching.v1');
    const { daysLeft } = event.payload;
    return (
      rendering && {
        ...rendering,
        data: { ...rendering.data, daysLeft: typeof daysLeft === 'number' ? daysLeft : null },
      }
    );
  }

  private async hold(event: OutboxEvent, type: EventTypeName): Promise<Rendering | null> {
    const version = await this.version(event);
    return version && { ...about(version), type, data: version.part };
  }

  private async check(event: OutboxEvent): Promise<Rendering | null> {
    const check = await this.subjects.check(event.organizationId, textOf(event, 'checkId'));
    const version = check?.versionId && (await this.subjects.version(event.organizationId, check.versionId));
    if (!version || !check.conclusion) return null;
    return {
      ...about(version),
      type: 'dev.rollcall.check.concluded.v1',
      data: { ...version.part, checkId: check.id, conclusion: check.conclusion },
      ...(check.finishedAt ? { occurredAt: check.finishedAt } : {}),
    };
  }

  private async recordedCheck(event: OutboxEvent, type: EventTypeName): Promise<Rendering | null> {
    const check = await this.subjects.recordedCheck(event.organizationId, textOf(event, 'checkId'));
    if (!check) return null;
    const { conclusion = check.data.conclusion } = event.payload;
    return { type, subject: check.subject, teamId: check.teamId, data: { ...check.data, conclusion } };
  }

  private async inspection(event: OutboxEvent): Promise<Rendering | null> {
    const version = await this.version(event);
    const seen = await this.subjects.inspection(event.organizationId, textOf(event, 'inspectionId'));
    if (!version || !seen?.row.outcome) return null;
    const { row, before } = seen;
    const approved = version.row.approvedContractDigest;
    const drift = approved !== null && row.contractDigest !== null && row.contractDigest !== approved;
    const news = !before || before.outcome !== row.outcome || before.contractDigest !== row.contractDigest;
    if ((row.outcome === 'healthy' && !drift) || !news) return null;
    return {
      ...about(version),
      type: 'dev.rollcall.inspection.finished.v1',
      data: {
        ...version.part,
        inspectionId: row.id,
        environment: seen.environment,
        outcome: row.outcome as string,
        drift,
      },
      occurredAt: seen.finishedAt,
    };
  }

  private async drift(event: OutboxEvent, type: EventTypeName): Promise<Rendering | null> {
    const version = await this.version(event);
    const found = version && (await this.subjects.drift(event.organizationId, textOf(event, 'driftId')));
    if (!found) return null;
    const { row, environment } = found;
    const { id: driftId, kind, status, conclusion, risk, approvedDigest, observedDigest } = row;
    const digests = { approvedDigest, observedDigest };
    const data = { ...version.part, driftId, environment, kind, status, conclusion, risk, ...digests };
    return { ...about(version), type, data, occurredAt: row.resolvedAt ?? row.lastSeenAt };
  }

  private async health(event: OutboxEvent): Promise<Rendering | null> {
    const [from, to, outcome] = [textOf(event, 'from'), textOf(event, 'to'), textOf(event, 'outcome')];
    const place = from === 'unknown' && to === 'healthy' ? null : await this.endpoint(event);
    const codes = event.payload['findings'];
    const findings = Array.isArray(codes) ? codes.map(String) : [];
    const type = 'dev.rollcall.endpoint.health_changed.v1';
    return place && { ...place, type, data: { ...place.data, from, to, outcome, findings } };
  }

  private async openAccess(event: OutboxEvent): Promise<Rendering | null> {
    const place = await this.endpoint(event);
    const type = 'dev.rollcall.endpoint.unauthenticated_access.v1';
    return place && { ...place, type, data: { ...place.data, open: event.payload['open'] === true } };
  }

  /** What events of an endpoint have in common. */
  private async endpoint(event: OutboxEvent) {
    const version = await this.version(event);
    const environment = await this.subjects.environmentName(event.organizationId, textOf(event, 'environmentId'));
    return (
      version && { ...about(version), data: { ...version.part, endpointId: textOf(event, 'endpointId'), environment } }
    );
  }

  private async namespace(event: OutboxEvent): Promise<Rendering | null> {
    const found = await this.subjects.namespace(event.organizationId, textOf(event, 'namespaceId'));
    if (!found) return null;
    const { row, team } = found;
    return {
      type: 'dev.rollcall.namespace.claimed.v1',
      subject: row.name,
      teamId: row.teamId,
      data: { namespaceId: row.id, name: row.name, team, proof: row.proof },
      occurredAt: row.provedAt,
    };
  }

  private async policy(event: OutboxEvent): Promise<Rendering | null> {
    const organization = await this.subjects.organization(event.organizationId);
    if (!organization) return null;
    const { revision } = event.payload;
    return {
      type: 'dev.rollcall.policy.set.v1',
      subject: organization.slug,
      teamId: null,
      data: { revision: typeof revision === 'number' ? revision : organization.policyRevision },
    };
  }

  private async breakGlass(event: OutboxEvent): Promise<Rendering | null> {
    const version = await this.version(event);
    const [requestId, from, to, expiresAt] = ['requestId', 'from', 'to', 'expiresAt'].map((name) =>
      textOf(event, name),
    );
    if (!version || !requestId || !from || !to || !expiresAt) return null;
    const data = { ...version.part, requestId, from, to, expiresAt };
    return { ...about(version), type: 'dev.rollcall.version.break_glass_requested.v1', data };
  }

  private async transfer(event: OutboxEvent, type: EventTypeName): Promise<Rendering | null> {
    const { organizationId } = event;
    const server = await this.subjects.server(organizationId, textOf(event, 'serverId'));
    const from = await this.subjects.team(organizationId, textOf(event, 'fromTeamId'));
    const to = await this.subjects.team(organizationId, textOf(event, 'toTeamId'));
    if (!server || !from || !to) return null;
    const data = { transferId: textOf(event, 'transferId'), server: server.part, from, to, url: server.url };
    return { type, subject: server.part.name, teamId: to.id, data };
  }

  private async rename(event: OutboxEvent): Promise<Rendering | null> {
    const old = await this.subjects.server(event.organizationId, textOf(event, 'serverId'));
    const next = await this.subjects.server(event.organizationId, textOf(event, 'renamedToId'));
    if (!old || !next) return null;
    const data = { server: old.part, renamedTo: next.part, url: next.url };
    return { type: 'dev.rollcall.server.renamed.v1', subject: old.part.name, teamId: old.teamId, data };
  }

  private async notice(event: OutboxEvent): Promise<Rendering | null> {
    const notice = await this.subjects.notice(event.organizationId, textOf(event, 'noticeId'));
    if (!notice) return null;
    const data = notice.data as { server: { name: string }; version: string } & JsonObject;
    return {
      type: 'dev.rollcall.notice.created.v1',
      subject: `${data.server.name}@${data.version}`,
      teamId: notice.teamId,
      data,
      occurredAt: notice.createdAt,
    };
  }

  private async disabled(event: OutboxEvent): Promise<Rendering | null> {
    const webhook = await this.subjects.webhook(event.organizationId, textOf(event, 'webhookId'));
    if (!webhook) return null;
    return {
      type: 'dev.rollcall.webhook.disabled.v1',
      subject: webhook.id,
      teamId: webhook.teamId,
      data: { webhookId: webhook.id, address: webhook.address, reason: textOf(event, 'reason') },
    };
  }

  private version(event: OutboxEvent): Promise<EventVersion | null> {
    return this.subjects.version(event.organizationId, textOf(event, 'versionId'));
  }
}

const about = ({ subject, teamId }: EventVersion) => ({ subject, teamId });

/** Each step has exactly one type, so that a subscriber of everything hears of it once. */
function stepType(from: string, to: string): EventTypeName {
  if (to === 'in_review') return 'dev.rollcall.version.submitted.v1';
  if (from === 'in_review' && to === 'staging') return 'dev.rollcall.version.approved.v1';
  if (to === 'rejected') return 'dev.rollcall.version.rejected.v1';
  if (from === 'deprecated' && to === 'active') return 'dev.rollcall.version.restored.v1';
  if (to === 'active') return 'dev.rollcall.version.activated.v1';
  if (to === 'deprecated') return 'dev.rollcall.version.deprecated.v1';
  if (to === 'decommissioned') return 'dev.rollcall.version.decommissioned.v1';
  return 'dev.rollcall.version.transitioned.v1';
}

function textOf(event: OutboxEvent, name: string): string {
  const value = event.payload[name];
  if (typeof value !== 'string') throw new Error(`event ${event.id} (${event.topic}) has no ${name}`);
  return value;
}
