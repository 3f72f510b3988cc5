import type { Comparison, SemverVerdict } from '@rollcall/compatibility';
import type { Contract, IntakeIssue } from '@rollcall/contract';
import type { ConsumerImpact } from '@rollcall/expectations';
import type { OrganizationPolicy } from '@rollcall/lifecycle';
import type { LintFinding } from '@rollcall/lint';

/** One part of a check: done, not done because it failed, or left out with a reason. */
export type CheckStep = { name: StepName; status: 'completed' | 'failed' | 'skipped'; message: string };

/** The parts in the order in which they run. */
export type StepName = 'manifest' | 'contract' | 'diff' | 'semver' | 'lint' | 'expectations';

/** A verdict is data: `neutral` means that nothing could be concluded. */
export type CheckConclusion = 'success' | 'failure' | 'neutral';

/** What the organization's policy says about checks. */
export type CheckPolicy = Pick<OrganizationPolicy, 'semver' | 'checkBlocks'>;

/** A consumer that a change would break; `fingerprints` are those of the changes that hit it. */
export type CheckImpact = ConsumerImpact;

/** Everything the steps look at; collected before, so that concluding is a pure function. */
export type CheckMaterial = {
  /** Null: no manifest was handed in. */
  manifest: { problems: string[] } | null;
  /** `version` is null for a candidate that names none. */
  head: { version: string | null; contract: Contract; issues: IntakeIssue[] } | null;
  /** Why there is no head contract. */
  headMissing: string;
  /** `label` is how people call it: `1.2.4`, `production (1.2.4)`. */
  base: { version: string; label: string; contract: Contract } | null;
  /** Why there is no base. */
  baseMissing: string;
  policy: CheckPolicy;
};

/** How the contract differs from the base, and whether the number says so. */
export type CheckDifference = { comparison: Comparison | null; gate: SemverVerdict | null };

/** What others know of the difference: quality of the head, consumers of the base. */
export type CheckOpinions = { findings: CheckFinding[]; impacts: CheckImpact[] };

/** A finding of lint as it is recorded. */
export type CheckFinding = LintFinding;

/** What a run found out, whoever approves what: approvals change only what it amounts to. */
export type CheckFacts = CheckDifference &
  CheckOpinions & {
    /** Steps that no approval changes: manifest, contract, semver, lint. */
    settled: CheckStep[];
    terms: CheckTerms;
  };

/** Under what a check was judged; stored, so that it can be concluded again from the record. */
export type CheckTerms = CheckPolicy & { baseLabel: string | null; baseMissing: string };

/** What the facts amount to. */
export type CheckVerdict = {
  conclusion: CheckConclusion;
  steps: CheckStep[];
  /** Fingerprints of the changes that hold it up until somebody approves them. */
  waiting: string[];
};
