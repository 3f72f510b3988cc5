import type { JsonObject } from '@rollcall/kernel';
import { ENDPOINT_HEALTH_CHANGED } from '@rollcall/probes';
import {
  SUNSET_APPROACHING,
  SUNSET_REACHED,
  VERSION_QUARANTINED,
  VERSION_RELEASED,
  VERSION_TRANSITIONED,
} from '@rollcall/transitions';
import type { Consumer } from './consumers.read-model.prisma.js';
import { sentenceOf } from './event.catalogue.js';

/** What an owner is told about a version. */
export const NOTICE_KINDS = [
  'deprecated',
  'restored',
  'sunset_approaching',
  'sunset_reached',
  'decommissioned',
  'quarantined',
  'released',
  'unhealthy',
  'recovered',
] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** A reason to notify: the same kind and milestone of a version is told to an agent's owner once. */
export type Occasion = { kind: NoticeKind; milestone: string; versionId: string };

type DomainEvent = { id: string; topic: string; payload: JsonObject };

/** Why owners are to be told about a domain event, or null. */
export function occasionOf(event: DomainEvent): Occasion | null {
  const { versionId } = event.payload;
  const found = typeof versionId === 'string' ? kindOf(event) : null;
  return found === null ? null : { ...found, versionId: versionId as string };
}

function kindOf({ id, topic, payload }: DomainEvent): { kind: NoticeKind; milestone: string } | null {
  const at = (name: string) => String(payload[name] ?? '');
  switch (topic) {
    case VERSION_TRANSITIONED: {
      const kind = stepKind(at('from'), at('to'));
      return kind === null ? null : { kind, milestone: at('transitionId') };
    }
    case SUNSET_APPROACHING:
      // days left differ when the sweep is late; which of the announced distances it was does not
      return { kind: 'sunset_approaching', milestone: `${at('sunsetAt')}/${at('days')}` };
    case SUNSET_REACHED:
      return { kind: 'sunset_reached', milestone: at('sunsetAt') };
    case VERSION_QUARANTINED:
      return { kind: 'quarantined', milestone: id };
    case VERSION_RELEASED:
      return { kind: 'released', milestone: id };
    case ENDPOINT_HEALTH_CHANGED: {
      const kind = at('environmentKind') === 'production' ? healthKind(at('from'), at('to')) : null;
      return kind === null ? null : { kind, milestone: id };
    }
    default:
      return null;
  }
}

/** Agents run in production, and what is only degraded still serves most of them. */
function healthKind(from: string, to: string): NoticeKind | null {
  if (to === 'unhealthy') return 'unhealthy';
  return from === 'unhealthy' ? 'recovered' : null;
}

function stepKind(from: string, to: string): NoticeKind | null {
  if (to === 'deprecated' || to === 'decommissioned') return to;
  return from === 'deprecated' && to === 'active' ? 'restored' : null;
}

/** One notice before it is stored. */
export type NoticeDraft = {
  teamId: string;
  agentId: string;
  versionId: string;
  kind: NoticeKind;
  text: string;
  data: JsonObject;
  dedupeKey: string;
};

type Telling = {
  occasion: Occasion;
  version: { part: JsonObject; sunsetAt: string | null; successor: JsonObject | null };
  consumer: Consumer;
};

/** What one consumer's owner is told. */
export function noticeOf(id: string, { occasion, version, consumer }: Telling): NoticeDraft {
  const { kind, milestone, versionId } = occasion;
  const { agent, teamId, toolsUsed } = consumer;
  const data: JsonObject = {
    ...version.part,
    noticeId: id,
    kind,
    agent,
    sunsetAt: version.sunsetAt,
    successor: version.successor,
    toolsUsed,
  };
  const text = sentenceOf('dev.rollcall.notice.created.v1', data);
  return {
    teamId,
    agentId: agent.id,
    versionId,
    kind,
    text,
    data,
    dedupeKey: [agent.id, versionId, kind, milestone].join('/'),
  };
}
