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
  if (successor.loop) return unmet(`The successor ${name} leads back to this version.`, evidence);
  if (successor.track === 'listed')
    return unmet(`The successor ${name} is only listed; gateways do not serve it.`, evidence);
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

/** Renamed tools exist: the old name in this version, the new one in the successor. */
export function toolMappingFits({ deprecation }: Evidence): Finding {
  if (deprecation === null) return unknown('No deprecation has been asked for.');
  const { successor, mapping } = deprecation;
  const { tools, before, after } = mapping;
  const names = Object.keys(tools);
  if (successor === null) {
    return names.length === 0
      ? met('There is no successor whose tools have other names.')
      : unmet('A tool mapping needs a successor.', { tools });
  }
  if (before === null || after === null) {
    if (names.length === 0) return met('No tool is said to have another name.');
    return unknown('A contract of this version or of its successor is not known.', { tools });
  }
  const missing = [
    ...names.filter((name) => !before.includes(name)).map((name) => `"${name}" is not a tool of this version`),
    ...Object.values(tools)
      .filter((name) => !after.includes(name))
      .map((name) => `"${name}" is not a tool of the successor`),
  ];
  if (missing.length > 0) return unmet(`The tool mapping does not fit: ${missing.join('; ')}.`, { tools });
  const dropped = before.filter((name) => !Object.hasOwn(tools, name) && !after.includes(name));
  const evidence = { tools, dropped };
  if (dropped.length > 0) return met(`The successor has nothing for: ${dropped.join(', ')}.`, evidence);
  return met('Every tool has a counterpart in the successor.', evidence);
}

/** Those who may call the version can be told: each of their teams has somebody. */
export function consumersNotified({ deprecation }: Evidence): Finding {
  if (deprecation === null || deprecation.consumers === null) {
    return unknown('Whether consumers can be notified is not known.');
  }
  const { consumers } = deprecation;
  if (consumers.length === 0) return met('Nobody may call this version.', { consumers });
  const lost = consumers.filter(({ reachable }) => !reachable).map(({ agent, team }) => `${agent} (team ${team})`);
  if (lost.length > 0) return unmet(`Nobody answers for: ${lost.join(', ')}.`, { consumers });
  const teams = [...new Set(consumers.map(({ team }) => team))];
  const relying = consumers
    .filter(({ declared, calls = 0 }) => declared === true || calls > 0)
    .map(({ agent }) => agent);
  const still = relying.length === 0 ? '' : ` These still rely on it: ${relying.join(', ')}.`;
  return met(`${consumers.length} consumers of ${teams.join(', ')} are told.${still}`, { consumers });
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
  const { lastCallAt, reportedUntil, gateways, silent, callers = [] } = usage;
  const named = callers.length === 0 ? {} : { callers };
  const evidence = { lastCallAt, reportedUntil, gateways, silent, ...named, drainWindowDays: policy.drainWindowDays };
  const windowStart = Date.parse(now) - policy.drainWindowDays * DAY_MS;
  if (lastCallAt !== null && !(Date.parse(lastCallAt) < windowStart)) {
    const who =
      callers.length === 0
        ? ''
        : ` It is still called by: ${[...new Set(callers.map((one) => one.agent))].join(', ')}.`;
    // counted by the hour: of the hour that runs, its end is still to come
    const when = Date.parse(lastCallAt) > Date.parse(now) ? 'within this hour' : `at ${lastCallAt}`;
    const message = `The last call was ${when}, within the last ${policy.drainWindowDays} days.${who}`;
    return unmet(message, evidence);
  }
  if (silent.length > 0) {
    return unknown(`These gateways may serve calls and never reported: ${silent.join(', ')}.`, evidence);
  }
  if (gateways === 0) return met('No production gateway has a policy from which it could serve a call.', evidence);
  if (reportedUntil === null || !(Date.parse(reportedUntil) >= Date.parse(now) - REPORT_MAX_AGE_MS)) {
    return unknown('Usage reports are missing for the last hour or longer, so calls may have gone unseen.', evidence);
  }
  return met(`No call in the last ${policy.drainWindowDays} days; usage is reported until ${reportedUntil}.`, evidence);
}

/** Nobody declared a need that ends with this version. */
export function noExpectations({ reliance }: Evidence): Finding {
  if (reliance === null) return unknown('What agents declared that they rely on is not known.');
  if (reliance.length === 0) return met('No agent declares a need that only this version meets.');
  const names = reliance.map(({ agent, environment, tools }) => {
    const where = environment === null ? '' : ` in ${environment}`;
    return `${agent}${where}${tools.length === 0 ? '' : ` (${tools.slice(0, 5).join(', ')})`}`;
  });
  return unmet(`These agents declare that they still rely on it: ${names.join('; ')}.`, { reliance });
}
