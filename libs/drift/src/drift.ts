import { type Comparison, compareContracts, type Risk } from '@rollcall/compatibility';
import type { Contract } from '@rollcall/contract';
import type { OrganizationPolicy } from '@rollcall/lifecycle';

/**
 * Where another contract comes from. `other_version`: it is the one of another version of the server, so the wrong one was
 * deployed. `same_version_other_contract`: the version number says that nothing changed, and the contract did; a rug pull
 * and a dependency that was resolved anew look like this. `unstable`: it was another one at each of several looks.
 */
export type DriftKind = 'other_version' | 'same_version_other_contract' | 'unstable';

/** What is known of a contract that was seen instead of the approved one. */
export type DriftVerdict = {
  kind: DriftKind;
  /** For `other_version`: which. */
  sameAs: string | null;
  /** The largest risk of a single change. */
  risk: Risk;
  comparison: Comparison;
};

/** Contracts by version of the server, other than the one that drifts. */
export type Sibling = { version: string; contractDigest: string | null; approvedContractDigest: string | null };

/** Different contracts at one endpoint after which it counts as one that never stands still. */
const UNSTABLE_AFTER = 3;
const RISKS: readonly Risk[] = ['none', 'review', 'high'];

/** Says what kind of drift it is and how far it goes. Pure. */
export function judgeDrift(seen: {
  approved: Contract;
  observed: Contract;
  siblings: readonly Sibling[];
  /** Different contracts seen since the finding was opened, this one included. */
  observedContracts: number;
}): DriftVerdict {
  const comparison = compareContracts(seen.approved, seen.observed);
  const risk = comparison.changes.reduce<Risk>((worst, { risk }) => (rank(risk) > rank(worst) ? risk : worst), 'none');
  const { digest } = seen.observed;
  // what was approved elsewhere explains more than what was merely seen elsewhere: that may be the same wrong deployment
  const same =
    seen.siblings.find((one) => one.approvedContractDigest === digest) ??
    seen.siblings.find((one) => one.contractDigest === digest);
  const rest = { risk, comparison };
  if (seen.observedContracts >= UNSTABLE_AFTER) return { kind: 'unstable', sameAs: null, ...rest };
  if (same) return { kind: 'other_version', sameAs: same.version, ...rest };
  return { kind: 'same_version_other_contract', sameAs: null, ...rest };
}

/** Whether the organization's policy holds a version that drifts like this. Pure. */
export function quarantines(
  policy: Pick<OrganizationPolicy, 'driftQuarantine'>,
  { risk, comparison }: Pick<DriftVerdict, 'risk' | 'comparison'>,
): boolean {
  switch (policy.driftQuarantine) {
    case 'never':
      return false;
    case 'high_risk':
      return risk === 'high';
    case 'breaking':
      return risk === 'high' || comparison.conclusion === 'breaking';
    case 'any':
      return true;
  }
}

const rank = (risk: Risk) => RISKS.indexOf(risk);
