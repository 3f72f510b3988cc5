import { DAY_MS, HOUR_MS } from '@rollcall/kernel';
import type { Evidence } from './evidence.js';
import { type Finding, met, unknown, unmet } from './guard-report.js';
import type { LifecycleState } from './lifecycle-state.js';

const SUCCESSOR_STATES: readonly LifecycleState[] = ['staging', 'canary', 'active'];
/** Gateways report every few seconds: an older last report may hide calls. */
const REPORT_MAX_AGE_MS = HOUR_MS;

/** Callers are told what to use instead, or that there is nothing. */
export function successorDeclared({ deprecation }: Evidence): Finding {
  if (deprecation === null) return unknown('No deprecation has been asked for.');
  const { successor, noSuccessor } = deprecation;
  if (successor !== null && noSuccessor) return unmet('A successor is named, and it is said that there is none.');
  if (noSuccessor) return met('The owner states that there is no successor.', { noSuccessor });
  if (successor === null) return unmet('Name a successor, or state that there is none.');
  const name = `${successor.server}@${successor.version}`;
  const evidence = { ...successor };
  if (!SUCCESSOR_STATES.includes(successor.state)) {
    return unmet(`The successor ${name} is ${successor.state}; it must be in staging, canary or active.`, evidence);
  }
  return met(`The successor is ${name} (${successor.state}).`, evidence);
}

/** The sunset is at least the organization's minimum away. */
export function sunsetWindow({ deprecation, policy, now }: Evidence): Finding {
  if (deprecation === null) return unknown('No deprecation has been asked for.');
  if (deprecation.sunsetAt === null) return unmet('The deprecation names no sunset.');
  const days = policy.deprecationMinimumDays;
  const evidence = { sunsetAt: deprecation.sunsetAt, minimumDays: days };
  // Written so that an unreadable date is too early.
  if (!(Date.parse(deprecation.sunsetAt) >= Date.parse(now) + days * DAY_MS)) {
    return unmet(`The sunset ${deprecation.sunsetAt} is not at least ${days} days away.`, evidence);
  }
  return met(`The sunset is ${deprecation.sunsetAt}, at least ${days} days away.`, evidence);
}

/** Those who call the version were told. */
export function consumersNotified({ deprecation }: Evidence): Finding {
  if (deprecation === null || deprecation.notifiedConsumers === null) {
    return unknown('Whether consumers were notified is not known.');
  }
  const { notifiedConsumers } = deprecation;
  const consumers = notifiedConsumers === 1 ? '1 consumer' : `${notifiedConsumers} consumers`;
  return met(`The notice reaches ${consumers} with the next bundle.`, { notifiedConsumers });
}

/** There is still time to take the deprecation back. */
export function beforeSunset({ sunsetAt, now }: Evidence): Finding {
  const passed = isPassed(sunsetAt, now);
  if (passed === null) return unknown('The sunset of this version is not known.', { sunsetAt });
  if (passed) return unmet(`The sunset ${sunsetAt} has passed.`, { sunsetAt });
  return met(`The sunset ${sunsetAt} has not passed.`, { sunsetAt });
}

/** The announced end has come. */
export function sunsetPassed({ sunsetAt, now }: Evidence): Finding {
  const passed = isPassed(sunsetAt, now);
  if (passed === null) return unknown('The sunset of this version is not known.', { sunsetAt });
  if (!passed) return unmet(`The sunset ${sunsetAt} has not passed.`, { sunsetAt });
  return met(`The sunset ${sunsetAt} has passed.`, { sunsetAt });
}

function isPassed(sunsetAt: string | null, now: string): boolean | null {
  const at = sunsetAt === null ? Number.NaN : Date.parse(sunsetAt);
  return Number.isNaN(at) ? null : Date.parse(now) >= at;
}

/** Nobody called the version in the drain window, and the gateways that would know have said so. */
export function drained({ usage, policy, now }: Evidence): Finding {
  if (usage === null) return unknown('No gateway has reported usage.');
  const { lastCallAt, reportedUntil } = usage;
  const evidence = { lastCallAt, reportedUntil, drainWindowDays: policy.drainWindowDays };
  const windowStart = Date.parse(now) - policy.drainWindowDays * DAY_MS;
  if (lastCallAt !== null && !(Date.parse(lastCallAt) < windowStart)) {
    return unmet(`The last call was at ${lastCallAt}, within the last ${policy.drainWindowDays} days.`, evidence);
  }
  if (reportedUntil === null || !(Date.parse(reportedUntil) >= Date.parse(now) - REPORT_MAX_AGE_MS)) {
    return unknown('Usage reports are missing for the last hour or longer, so calls may have gone unseen.', evidence);
  }
  return met(`No call in the last ${policy.drainWindowDays} days; usage is reported until ${reportedUntil}.`, evidence);
}
