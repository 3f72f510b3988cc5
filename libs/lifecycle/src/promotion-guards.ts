import { HOUR_MS, MINUTE_MS } from '@rollcall/kernel';
import type { Evidence } from './evidence.js';
import { type Finding, met, unknown, unmet } from './guard-report.js';

/** An inspection in staging counts this long. */
const INSPECTION_MAX_AGE_MS = 24 * HOUR_MS;
/** Clocks of two machines may differ by this much. */
const SKEW_MS = MINUTE_MS;

/** What runs in staging was looked at within 24 hours and is what was approved. */
export function stagingInspectionFresh({ stagingInspection, approvedContractDigest, now }: Evidence): Finding {
  if (stagingInspection === null) return unknown('No inspection of this version in staging is known.');
  const { id, at, outcome, contractDigest } = stagingInspection;
  const evidence = { inspectionId: id, at, outcome, contractDigest, approvedContractDigest };
  if (outcome !== 'healthy') return unmet(`Inspection ${id} in staging ended as ${outcome}.`, evidence);
  const age = Date.parse(now) - Date.parse(at);
  if (age > INSPECTION_MAX_AGE_MS) return unmet(`Inspection ${id} in staging is older than 24 hours.`, evidence);
  // Written so that an unreadable time is not fresh.
  if (!(age >= -SKEW_MS)) return unknown(`Inspection ${id} in staging has a time that cannot be right.`, evidence);
  if (contractDigest === null || approvedContractDigest === null) {
    return unknown('The approved contract or the one seen in staging is not known.', evidence);
  }
  if (contractDigest !== approvedContractDigest) {
    return unmet(`Inspection ${id} saw another contract in staging than the approved one.`, evidence);
  }
  return met(`Inspection ${id} saw the approved contract in staging.`, evidence);
}

/** Nothing an active consumer relies on breaks, or each break was approved. */
export function expectationsKept({ consumerImpact }: Evidence): Finding {
  if (consumerImpact === null) return unknown('What consumers expect of this server has not been compared.');
  const { broken } = consumerImpact;
  const open = broken.filter(({ approved }) => !approved);
  const evidence = {
    broken: broken.map(({ agentId }) => agentId),
    open: open.map(({ agentId }) => agentId),
    consumers: broken,
  };
  if (open.length > 0) return unmet(`Breaks what these consumers rely on: ${open.map(nameOf).join(', ')}.`, evidence);
  if (broken.length === 0) return met('Breaks nothing a consumer relies on.', evidence);
  return met(`Every change that breaks these consumers is approved: ${broken.map(nameOf).join(', ')}.`, evidence);
}

function nameOf({ agentId, agent, environment, tools = [], calls = 0 }: Broken): string {
  const where = environment === undefined || environment === '*' ? '' : ` in ${environment}`;
  const what = [...(tools.length === 0 ? [] : [tools.join(' and ')]), ...(calls === 0 ? [] : [`${calls} calls`])];
  return `${agent ?? agentId}${where}${what.length === 0 ? '' : ` (${what.join(', ')})`}`;
}

type Broken = NonNullable<Evidence['consumerImpact']>['broken'][number];

/** The example calls gave valid results. */
export function goldenCallsPass({ goldenCalls }: Evidence): Finding {
  if (goldenCalls === null || goldenCalls.total === 0) {
    return unknown('The golden calls as they are declared now have no result from the approved contract in staging.');
  }
  const { total, failed, notMade = 0 } = goldenCalls;
  if (failed > 0) {
    const [wrong, missing] = [failed - notMade, notMade];
    const apart = [wrong > 0 ? [`${wrong} failed`] : [], missing > 0 ? [`${missing} not made`] : []].flat();
    return unmet(`Of ${total} golden calls: ${apart.join(', ')}.`, { ...goldenCalls });
  }
  return met(`All ${total} golden calls passed.`, { ...goldenCalls });
}

/** The owner said how good the service has to be. */
export function sloSet({ slo }: Evidence): Finding {
  if (slo === null) return unknown('Whether the server has a service level objective is not known.');
  if (slo.objective === null) return unmet('The server has no service level objective.');
  return met(`The objective is ${slo.objective}.`, { objective: slo.objective });
}

/** Every scenario that the organization insists on passed. */
export function conformancePasses({ conformance, policy }: Evidence): Finding {
  const required = policy.requireConformance;
  if (required.length === 0) return met('The organization insists on no conformance scenario.');
  if (conformance === null)
    return unknown('No conformance run of the approved contract in staging is known.', { required });
  const { runId, at, scenarios } = conformance;
  const passed = scenarios.filter(({ status }) => status === 'passed').map(({ name }) => name);
  const missing = required.filter((name) => !passed.includes(name));
  const evidence = { runId, at, required, missing };
  if (missing.length > 0) return unmet(`Conformance run ${runId} did not pass: ${missing.join(', ')}.`, evidence);
  return met(`Conformance run ${runId} passed every scenario that is insisted on.`, evidence);
}

/** A canary may be skipped for a server's first active version or a safe change, where the organization allows it. */
export function firstActiveOrSafe({ firstActive, changeClass, policy }: Evidence): Finding {
  const evidence = { firstActive, changeClass, allowDirectActivation: policy.allowDirectActivation };
  if (!policy.allowDirectActivation)
    return unmet('The organization does not allow activation without a canary.', evidence);
  if (firstActive === true) return met('No version of the server is live yet, so there is nobody to break.', evidence);
  if (changeClass === 'identical' || changeClass === 'safe') {
    return met(`The change against the active version is ${changeClass}.`, evidence);
  }
  if (firstActive === null || changeClass === null) {
    return unknown('How this version differs from the active one is not known.', evidence);
  }
  return unmet(`The change against the active version is ${changeClass}; it needs a canary.`, evidence);
}

/** The canary went all the way; or there was no need for one (a canary may become active wherever it could be skipped). */
export function rolloutComplete(input: Evidence): Finding {
  const { rollout } = input;
  if (rollout === null) {
    const direct = firstActiveOrSafe(input);
    return direct.status === 'met' ? direct : unknown('No rollout of this version is known.', direct.evidence);
  }
  const missing = [
    rollout.lastStepReached ? null : 'the last step is not reached',
    rollout.soaked ? null : 'the minimum soak is not over',
    rollout.errorBudgetBurning ? 'the error budget is burning' : null,
  ].filter((part) => part !== null);
  if (missing.length > 0) return unmet(`The rollout is not complete: ${missing.join(', ')}.`, { ...rollout });
  return met('The rollout reached its last step, soaked, and burns no error budget.', { ...rollout });
}
