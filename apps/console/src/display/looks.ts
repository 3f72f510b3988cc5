import type { LifecycleState } from '@rollcall/schema';
import {
  IconAlertTriangle,
  IconArchive,
  IconArrowBackUp,
  IconBuilding,
  IconChevronsUp,
  IconChevronUp,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleFilled,
  IconCircleX,
  IconClockExclamation,
  IconClockX,
  IconEye,
  IconFeather,
  IconFlask,
  IconHammer,
  IconHeartBroken,
  IconHeartRateMonitor,
  IconHourglass,
  IconInfoCircle,
  IconLoader2,
  IconLock,
  IconMinus,
  IconPencil,
  IconPlugConnectedX,
  IconQuestionMark,
  IconShieldCheck,
  IconShieldLock,
  IconTriangleFilled,
  IconWorld,
  IconX,
} from '@tabler/icons-react';
import type { Look } from './mark.js';

/** How each state of a version looks, in the order of the lifecycle. */
export const stateLooks: Record<LifecycleState, Look> = {
  draft: { icon: IconPencil, word: 'draft', tone: 'mute' },
  in_review: { icon: IconEye, word: 'in review', tone: 'info' },
  rejected: { icon: IconCircleX, word: 'rejected', tone: 'bad' },
  staging: { icon: IconFlask, word: 'staging', tone: 'info' },
  canary: { icon: IconFeather, word: 'canary', tone: 'info' },
  active: { icon: IconCircleCheck, word: 'active', tone: 'good' },
  deprecated: { icon: IconClockExclamation, word: 'deprecated', tone: 'warn' },
  decommissioned: { icon: IconArchive, word: 'decommissioned', tone: 'mute' },
};

export const quarantineLook: Look = { icon: IconShieldLock, word: 'quarantined', tone: 'bad' };

/** Guards did not let it through, two administrators did. */
export const breakGlassLook: Look = { icon: IconHammer, word: 'break-glass', tone: 'bad' };

const spoken = (word: string): string => word.replaceAll('_', ' ');
const unknown = (word: string): Look => ({ icon: IconQuestionMark, word: spoken(word), tone: 'mute' });

const outcomeLooks: Record<string, Look> = {
  healthy: { icon: IconHeartRateMonitor, word: 'healthy', tone: 'good' },
  degraded: { icon: IconAlertTriangle, word: 'degraded', tone: 'warn' },
  auth_required: { icon: IconLock, word: 'auth required', tone: 'warn' },
  forbidden: { icon: IconLock, word: 'forbidden', tone: 'warn' },
  protocol_violation: { icon: IconHeartBroken, word: 'protocol violation', tone: 'bad' },
  timeout: { icon: IconClockX, word: 'timeout', tone: 'bad' },
  tls: { icon: IconPlugConnectedX, word: 'TLS failure', tone: 'bad' },
  dns: { icon: IconPlugConnectedX, word: 'DNS failure', tone: 'bad' },
  unreachable: { icon: IconPlugConnectedX, word: 'unreachable', tone: 'bad' },
  refused_by_policy: { icon: IconMinus, word: 'refused by policy', tone: 'warn' },
  unhealthy: { icon: IconHeartBroken, word: 'unhealthy', tone: 'bad' },
};

/** How an inspection's outcome looks; a word this console does not know is shown, never guessed at. */
export const outcomeLook = (outcome: string): Look => outcomeLooks[outcome] ?? unknown(outcome);

const runLooks: Record<string, Look> = {
  queued: { icon: IconHourglass, word: 'queued', tone: 'mute' },
  running: { icon: IconLoader2, word: 'running', tone: 'info' },
  completed: { icon: IconCircleCheck, word: 'completed', tone: 'good' },
  failed: { icon: IconCircleX, word: 'failed', tone: 'bad' },
  skipped: { icon: IconMinus, word: 'skipped', tone: 'mute' },
};

/** How a run or one of its steps looks. */
export const runLook = (status: string): Look => runLooks[status] ?? unknown(status);

const conclusionLooks: Record<string, Look> = {
  success: { icon: IconCircleCheck, word: 'success', tone: 'good' },
  failure: { icon: IconCircleX, word: 'failure', tone: 'bad' },
  neutral: { icon: IconMinus, word: 'neutral', tone: 'mute' },
};

/** How a check's conclusion looks. */
export const conclusionLook = (conclusion: string): Look => conclusionLooks[conclusion] ?? unknown(conclusion);

const guardLooks: Record<string, Look> = {
  met: { icon: IconCircleCheck, word: 'met', tone: 'good' },
  unmet: { icon: IconCircleX, word: 'unmet', tone: 'bad' },
  unknown: { icon: IconQuestionMark, word: 'unknown', tone: 'mute' },
};

/** How one guard of a transition looks. */
export const guardLook = (status: string): Look => guardLooks[status] ?? unknown(status);

const severityLooks: Record<string, Look> = {
  breaking: { icon: IconX, word: 'breaking', tone: 'bad' },
  dangerous: { icon: IconTriangleFilled, word: 'dangerous', tone: 'warn' },
  safe: { icon: IconCircleFilled, word: 'safe', tone: 'good' },
  identical: { icon: IconCircleDashed, word: 'identical', tone: 'mute' },
  error: { icon: IconX, word: 'error', tone: 'bad' },
  warning: { icon: IconTriangleFilled, word: 'warning', tone: 'warn' },
  info: { icon: IconInfoCircle, word: 'info', tone: 'info' },
};

/** How the severity of a change or finding looks: the same signs as the command line prints. */
export const severityLook = (severity: string): Look => severityLooks[severity] ?? unknown(severity);

const weightLooks: Record<string, Look> = {
  low: { icon: IconMinus, word: 'low', tone: 'mute' },
  medium: { icon: IconMinus, word: 'medium', tone: 'mute' },
  high: { icon: IconChevronUp, word: 'high', tone: 'warn' },
  critical: { icon: IconChevronsUp, word: 'critical', tone: 'bad' },
  public: { icon: IconWorld, word: 'public', tone: 'mute' },
  internal: { icon: IconBuilding, word: 'internal', tone: 'mute' },
  confidential: { icon: IconLock, word: 'confidential', tone: 'warn' },
  restricted: { icon: IconLock, word: 'restricted', tone: 'bad' },
};

/** How much depends on a server, and what its data are. */
export const weightLook = (weight: string): Look => weightLooks[weight] ?? unknown(weight);

const noticeLooks: Record<string, Look> = {
  deprecated: { icon: IconClockExclamation, word: 'deprecated', tone: 'warn' },
  restored: { icon: IconArrowBackUp, word: 'restored', tone: 'good' },
  sunset_approaching: { icon: IconHourglass, word: 'sunset approaching', tone: 'warn' },
  sunset_reached: { icon: IconClockX, word: 'sunset reached', tone: 'bad' },
  decommissioned: { icon: IconArchive, word: 'decommissioned', tone: 'bad' },
  quarantined: { icon: IconShieldLock, word: 'quarantined', tone: 'bad' },
  released: { icon: IconShieldCheck, word: 'released', tone: 'good' },
  unhealthy: { icon: IconCircleX, word: 'unhealthy', tone: 'bad' },
  recovered: { icon: IconCircleCheck, word: 'recovered', tone: 'good' },
};

/** How a notice looks. */
export const noticeLook = (kind: string): Look => noticeLooks[kind] ?? unknown(kind);
