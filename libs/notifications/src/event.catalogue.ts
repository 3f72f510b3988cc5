import { CHECK_APPROVAL_REQUESTED, CHECK_COMPLETED, CHECK_CONCLUDED } from '@rollcall/checks';
import { DRIFT_DETECTED, DRIFT_RESOLVED } from '@rollcall/drift';
import { POLICY_SET, SERVER_RENAMED, SERVER_TRANSFER_REQUESTED, SERVER_TRANSFERRED } from '@rollcall/governance';
import { INSPECTION_FINISHED } from '@rollcall/inspections';
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
import type { z } from 'zod';
import * as data from './event-data.js';
import { NOTICE_CREATED, WEBHOOK_DISABLED } from './notifications.events.js';

/** One type of event as subscribers see it. */
export type EventType<S extends z.ZodType = z.ZodType> = {
  /** The outbox topic it is made of; null: made when it is asked for. */
  topic: string | null;
  /** When it is sent, for the reference. */
  when: string;
  data: S;
  /** One sentence for people, without markup. */
  sentence(data: z.infer<S>): string;
};

const type = <S extends z.ZodType>(entry: EventType<S>): EventType<S> => entry;

type Named = { server: { name: string }; version: string };
const named = ({ server, version }: Named) => `${server.name} ${version}`;
const checked = (event: { server: { name: string }; version: string | null; contextId: string | null }) =>
  [event.server.name, event.version, event.contextId === null ? null : `(${event.contextId})`]
    .filter(Boolean)
    .join(' ');
const placed = (event: Named & { environment: string | null }) =>
  event.environment === null ? named(event) : `${named(event)} in ${event.environment}`;
const step = (verb: string) => (event: Named & { actor: { handle: string } }) =>
  `${named(event)} was ${verb} by ${event.actor.handle}.`;

type Ending = Named & {
  sunsetAt: string | null;
  successor: { server: string; version: string } | null;
};
const instead = ({ successor }: Ending) =>
  successor ? `Use ${successor.server} ${successor.version} instead.` : 'Nothing replaces it.';
const ends = (event: Ending) =>
  event.sunsetAt === null ? 'No date is set.' : `It ends on ${event.sunsetAt.slice(0, 10)}.`;

/** Every event there is. A type is never changed in a way that breaks a reader; that would be another `.vN`. */
export const EVENT_TYPES = {
  'dev.rollcall.version.published.v1': type({
    topic: VERSION_PUBLISHED,
    when: 'A new immutable version was published.',
    data: data.publishedData,
    sentence: (event) => `${named(event)} was published by ${event.publisher.handle}.`,
  }),
  'dev.rollcall.version.submitted.v1': type({
    topic: VERSION_TRANSITIONED,
    when: 'A draft waits for review.',
    data: data.stepData,
    sentence: step('handed in for review'),
  }),
  'dev.rollcall.version.approved.v1': type({
    topic: VERSION_TRANSITIONED,
    when: 'A reviewer approved a version.',
    data: data.stepData,
    sentence: step('approved'),
  }),
  'dev.rollcall.version.rejected.v1': type({
    topic: VERSION_TRANSITIONED,
    when: 'A reviewer rejected a version.',
    data: data.stepData,
    sentence: step('rejected'),
  }),
  'dev.rollcall.version.activated.v1': type({
    topic: VERSION_TRANSITIONED,
    when: 'A version became active.',
    data: data.stepData,
    sentence: step('made active'),
  }),
  'dev.rollcall.version.deprecated.v1': type({
    topic: VERSION_TRANSITIONED,
    when: 'The end of a version was announced.',
    data: data.endingData,
    sentence: (event) => `${named(event)} is deprecated. ${ends(event)} ${instead(event)}`,
  }),
  'dev.rollcall.version.restored.v1': type({
    topic: VERSION_TRANSITIONED,
    when: 'An announced end was taken back.',
    data: data.stepData,
    sentence: step('restored'),
  }),
  'dev.rollcall.version.decommissioned.v1': type({
    topic: VERSION_TRANSITIONED,
    when: 'A version ended: calls to it are refused.',
    data: data.endingData,
    sentence: (event) => `${named(event)} is decommissioned. ${instead(event)}`,
  }),
  'dev.rollcall.version.transitioned.v1': type({
    topic: VERSION_TRANSITIONED,
    when: 'A version took a step that has no type of its own: returned to draft, to canary, rolled back.',
    data: data.stepData,
    sentence: (event) => `${named(event)} moved from ${event.from} to ${event.to}, by ${event.actor.handle}.`,
  }),
  'dev.rollcall.version.sunset_approaching.v1': type({
    topic: SUNSET_APPROACHING,
    when: 'The announced end of a version comes near.',
    data: data.sunsetNearData,
    sentence: (event) => `The sunset of ${named(event)} comes near. ${ends(event)} ${instead(event)}`,
  }),
  'dev.rollcall.version.sunset_reached.v1': type({
    topic: SUNSET_REACHED,
    when: 'The announced end of a version has come and it is still called; it is decommissioned when that ends.',
    data: data.sunsetData,
    sentence: (event) => `The sunset of ${named(event)} has come. ${instead(event)}`,
  }),
  'dev.rollcall.version.quarantined.v1': type({
    topic: VERSION_QUARANTINED,
    when: 'A version was stopped at once: gateways refuse calls to it.',
    data: data.versionData,
    sentence: (event) => `${named(event)} is quarantined: gateways refuse calls to it.`,
  }),
  'dev.rollcall.version.released.v1': type({
    topic: VERSION_RELEASED,
    when: 'A quarantine was lifted.',
    data: data.versionData,
    sentence: (event) => `The quarantine of ${named(event)} was lifted.`,
  }),
  'dev.rollcall.check.concluded.v1': type({
    topic: CHECK_CONCLUDED,
    when: 'A check has ended with a conclusion.',
    data: data.checkData,
    sentence: (event) => `The check of ${named(event)} ended with ${event.conclusion}.`,
  }),
  'dev.rollcall.check.completed.v1': type({
    topic: CHECK_COMPLETED,
    when: 'A check that somebody asked for has ended, or an approval changed how. Of a version or of a candidate.',
    data: data.recordedCheckData,
    sentence: (event) => `The check of ${checked(event)} ended with ${event.conclusion}.`,
  }),
  'dev.rollcall.check.approval_requested.v1': type({
    topic: CHECK_APPROVAL_REQUESTED,
    when: 'A check is held up by changes that its pull request had not waited for before.',
    data: data.recordedCheckData,
    sentence: (event) => `${checked(event)}: ${event.waiting} change(s) wait for approval.`,
  }),
  'dev.rollcall.inspection.finished.v1': type({
    topic: INSPECTION_FINISHED,
    when: 'An inspection found a server unhealthy or its contract changed. Not repeated while the next inspections see the same.',
    data: data.inspectionData,
    sentence: (event) =>
      event.drift
        ? `${named(event)} no longer offers the contract that was approved.`
        : `An inspection of ${named(event)} ended with ${event.outcome}.`,
  }),
  'dev.rollcall.drift.detected.v1': type({
    topic: DRIFT_DETECTED,
    when: 'What runs is not the contract that was approved. Not repeated while the same is seen.',
    data: data.driftData,
    sentence: (event) =>
      `What runs as ${named(event)}${event.environment ? ` in ${event.environment}` : ''} is not what was approved: the difference is ${event.conclusion ?? 'not known'}.`,
  }),
  'dev.rollcall.drift.resolved.v1': type({
    topic: DRIFT_RESOLVED,
    when: 'What runs is what was approved again, or a reviewer said that the difference is known.',
    data: data.driftData,
    sentence: (event) =>
      event.status === 'dismissed'
        ? `A reviewer dismissed the drift of ${named(event)}.`
        : `What runs as ${named(event)} is what was approved again.`,
  }),
  'dev.rollcall.endpoint.health_changed.v1': type({
    topic: ENDPOINT_HEALTH_CHANGED,
    when: 'The health of an endpoint changed: several probes in a row said so. A first good answer is no news.',
    data: data.healthData,
    sentence: (event) => `${placed(event)} is ${event.to} now, before ${event.from}.`,
  }),
  'dev.rollcall.endpoint.unauthenticated_access.v1': type({
    topic: ENDPOINT_UNAUTHENTICATED_ACCESS,
    when: 'An endpoint that should ask for credentials began, or ceased, to list its tools without.',
    data: data.openAccessData,
    sentence: (event) =>
      event.open
        ? `${placed(event)} lists its tools to callers without credentials.`
        : `${placed(event)} no longer lists its tools to callers without credentials.`,
  }),
  'dev.rollcall.namespace.claimed.v1': type({
    topic: NAMESPACE_CLAIMED,
    when: 'A team became the owner of a namespace.',
    data: data.namespaceData,
    sentence: (event) => `The namespace ${event.name} belongs to the team ${event.team.slug}.`,
  }),
  'dev.rollcall.version.break_glass_requested.v1': type({
    topic: BREAK_GLASS_REQUESTED,
    when: 'An administrator asks a second one to let a version pass guards that are not met.',
    data: data.breakGlassData,
    sentence: (event) => `${named(event)}: a step from ${event.from} to ${event.to} waits for a second administrator.`,
  }),
  'dev.rollcall.server.transfer_requested.v1': type({
    topic: SERVER_TRANSFER_REQUESTED,
    when: 'A server is offered to another team. Goes to the webhooks of that team.',
    data: data.transferData,
    sentence: (event) => `${event.from.slug} offers ${event.server.name} to ${event.to.slug}.`,
  }),
  'dev.rollcall.server.transferred.v1': type({
    topic: SERVER_TRANSFERRED,
    when: 'A server belongs to another team. Goes to the webhooks of its new owner.',
    data: data.transferData,
    sentence: (event) => `${event.server.name} belongs to ${event.to.slug} now, before to ${event.from.slug}.`,
  }),
  'dev.rollcall.server.renamed.v1': type({
    topic: SERVER_RENAMED,
    when: 'A server goes on under another name.',
    data: data.renameData,
    sentence: (event) => `${event.server.name} goes on as ${event.renamedTo.name}.`,
  }),
  'dev.rollcall.policy.set.v1': type({
    topic: POLICY_SET,
    when: "The organization's policy document has a new revision.",
    data: data.policyData,
    sentence: (event) => `Revision ${event.revision} of the organization's policy is in force.`,
  }),
  'dev.rollcall.notice.created.v1': type({
    topic: NOTICE_CREATED,
    when: 'The owner of an agent is told about a version that the agent may call or has called.',
    data: data.noticeData,
    sentence: (event) =>
      `${event.agent.slug} uses ${named(event)}, which is ${NOTICE_WORDS[event.kind] ?? event.kind}. ${
        event.sunsetAt === null ? '' : `${ends(event)} `
      }${event.successor ? instead(event) : ''}`.trim(),
  }),
  'dev.rollcall.webhook.disabled.v1': type({
    topic: WEBHOOK_DISABLED,
    when: 'A webhook was disabled because its endpoint answered 410 or failed for five days.',
    data: data.webhookData,
    sentence: (event) => `The webhook to ${event.address} was disabled: ${event.reason}`,
  }),
  'dev.rollcall.webhook.ping.v1': type({
    topic: null,
    when: 'Somebody asked for a test of one webhook. Goes to that webhook, whatever it subscribes to.',
    data: data.pingData,
    sentence: (event) => `${event.requestedBy.handle} is testing this webhook.`,
  }),
} as const;

const NOTICE_WORDS: Readonly<Record<string, string>> = {
  deprecated: 'deprecated',
  restored: 'no longer deprecated',
  sunset_approaching: 'close to its end',
  sunset_reached: 'past its sunset',
  decommissioned: 'decommissioned',
  quarantined: 'quarantined',
  released: 'no longer quarantined',
  unhealthy: 'down in production',
  recovered: 'up again in production',
};

/** The name of an event's type: `dev.rollcall.{noun}.{verb}.v1`. */
export type EventTypeName = keyof typeof EVENT_TYPES;

/** Every type, in the order of the reference. */
export const EVENT_TYPE_NAMES = Object.keys(EVENT_TYPES) as EventTypeName[];

const PATTERN = /^(\*|dev\.rollcall\.(\*|[a-z_]+\.(\*|[a-z_]+\.v\d+)))$/;

/** True for `*`, `dev.rollcall.*`, `dev.rollcall.version.*` and exact types, when some type matches. */
export function isEventPattern(pattern: string): boolean {
  return PATTERN.test(pattern) && EVENT_TYPE_NAMES.some((name) => matchesPattern(name, pattern));
}

/** True when a type is meant by a pattern; `*` at the end stands for any rest. */
export function matchesPattern(name: string, pattern: string): boolean {
  return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

/** What an event says to people. Throws when `data` is not of the type's shape. */
export function sentenceOf(name: EventTypeName, value: unknown): string {
  const entry = EVENT_TYPES[name] as EventType;
  return entry.sentence(entry.data.parse(value));
}
