import type { Comparison, Finding, SemverVerdict } from '@rollcall/compatibility';
import type { Contract, IntakeIssue } from '@rollcall/contract';

/** One part of a check: done, not done because it failed, or left out with a reason. */
export type CheckStep = { name: StepName; status: 'completed' | 'failed' | 'skipped'; message: string };

/** The parts in the order in which they run. */
export type StepName = 'manifest' | 'contract' | 'diff' | 'semver' | 'lint';

/** A verdict is data: `neutral` means that nothing could be concluded. */
export type CheckConclusion = 'success' | 'failure' | 'neutral';

/** Everything the steps look at; collected before, so that concluding is a pure function. */
export type CheckMaterial = {
  manifestProblems: string[];
  head: { version: string; contract: Contract; issues: IntakeIssue[] } | null;
  /** Why there is no head contract. */
  headMissing: string;
  base: { version: string; contract: Contract } | null;
  semverMode: 'enforce' | 'warn';
};

/** What a check found. */
export type CheckResult = {
  conclusion: CheckConclusion;
  steps: CheckStep[];
  comparison: Comparison | null;
  gate: SemverVerdict | null;
  findings: Finding[];
};
