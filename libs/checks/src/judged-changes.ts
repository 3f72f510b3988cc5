import type { Change, Comparison } from '@rollcall/compatibility';
import type { CheckFacts, CheckImpact } from './check.js';

type Found = { comparison: Comparison | null; impacts: readonly CheckImpact[] };

/** A change as a check judges it: of the comparison, or a break that a consumer would notice and no change explains. */
export type JudgedChange = Pick<
  Change,
  'ruleId' | 'severity' | 'risk' | 'tool' | 'path' | 'message' | 'fingerprint' | 'witness'
>;

/** Names a break that only an example of a consumer shows. */
const UNEXPLAINED = 'EXPECTATION_BROKEN';

/** Every change that can hold a check up or be approved, worst first. */
export function judgedChanges({ comparison, impacts }: Found): JudgedChange[] {
  const changes = comparison?.changes ?? [];
  const known = new Set<string>(changes.map((change) => change.fingerprint));
  const unexplained = new Map<string, JudgedChange>();
  for (const impact of impacts) {
    for (const fingerprint of impact.fingerprints) {
      if (!known.has(fingerprint)) unexplained.set(fingerprint, unexplainedChange(impact, fingerprint));
    }
  }
  const breaking = changes.filter((change) => change.severity === 'breaking');
  const others = changes.filter((change) => change.severity !== 'breaking');
  return [...breaking, ...unexplained.values(), ...others];
}

/** Fingerprints of the changes that hold a check up by policy and that nobody approved, worst first. */
export function waitingChanges(facts: Found & Pick<CheckFacts, 'terms'>, approved: ReadonlySet<string>): string[] {
  const hit = hitFingerprints(facts.impacts);
  const waiting = judgedChanges(facts).filter((change) => blocks(change, facts.terms.checkBlocks, hit));
  return [...new Set<string>(waiting.map((change) => change.fingerprint))].filter((one) => !approved.has(one));
}

/** Fingerprints of changes that somebody relies on. */
export function hitFingerprints(impacts: readonly CheckImpact[]): ReadonlySet<string> {
  return new Set(impacts.flatMap((impact) => impact.fingerprints));
}

/** What breaks somebody blocks under every policy; the policy decides about the rest. */
function blocks(change: JudgedChange, rule: CheckFacts['terms']['checkBlocks'], hit: ReadonlySet<string>): boolean {
  if (hit.has(change.fingerprint)) return true;
  if (change.severity === 'breaking') return rule !== 'breaking_for_consumers';
  return change.severity === 'dangerous' && rule === 'dangerous';
}

function unexplainedChange(impact: CheckImpact, fingerprint: string): JudgedChange {
  const tool = impact.tool === '*' ? null : impact.tool;
  const common = { ruleId: UNEXPLAINED, severity: 'breaking', risk: 'none', path: '' } as const;
  return { ...common, tool, message: impact.reason, fingerprint: fingerprint as Change['fingerprint'] };
}
