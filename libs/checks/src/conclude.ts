import { compareContracts, semverGate } from '@rollcall/compatibility';
import type {
  CheckConclusion,
  CheckDifference,
  CheckFacts,
  CheckMaterial,
  CheckOpinions,
  CheckStep,
  CheckVerdict,
  StepName,
} from './check.js';
import { waitingChanges } from './judged-changes.js';
import { contractStep } from './steps/contract.step.js';
import { diffStep } from './steps/diff.step.js';
import { expectationsStep } from './steps/expectations.step.js';
import { lintStep } from './steps/lint.step.js';
import { manifestStep } from './steps/manifest.step.js';
import { semverStep } from './steps/semver.step.js';

const ORDER: readonly StepName[] = ['manifest', 'contract', 'diff', 'semver', 'lint', 'expectations'];

/** Compares head and base, once. The gate is null when there is no version number to judge. */
export function differenceOf({ head, base }: CheckMaterial): CheckDifference {
  if (!head || !base) return { comparison: null, gate: null };
  if (head.version === null) return { comparison: compareContracts(base.contract, head.contract), gate: null };
  const gate = semverGate(base, { version: head.version, contract: head.contract });
  return { comparison: gate.comparison, gate };
}

/** Runs the steps over the material. Pure: the same material gives the same facts. */
export function factsOf(material: CheckMaterial, difference: CheckDifference, opinions: CheckOpinions): CheckFacts {
  const { base, baseMissing, policy } = material;
  return {
    ...difference,
    ...opinions,
    settled: [
      manifestStep(material),
      contractStep(material),
      semverStep(material, difference.gate),
      lintStep(material, opinions.findings),
    ],
    terms: { ...policy, baseLabel: base?.label ?? null, baseMissing: material.head ? baseMissing : NOTHING_TO_COMPARE },
  };
}

const NOTHING_TO_COMPARE = 'There is no contract to compare.';

/** What the facts amount to when these fingerprints are approved. Called again whenever that changes. */
export function judge(facts: CheckFacts, approved: ReadonlySet<string>): CheckVerdict {
  const waiting = waitingChanges(facts, approved);
  const steps = [...facts.settled, diffStep(facts, approved, waiting), expectationsStep(facts, waiting)];
  steps.sort((a, b) => ORDER.indexOf(a.name) - ORDER.indexOf(b.name));
  return { conclusion: conclude(steps), steps, waiting };
}

/** One failed step fails the check; a check in which nothing but skipped steps remain concludes nothing. */
export function conclude(steps: readonly CheckStep[]): CheckConclusion {
  if (steps.some((step) => step.status === 'failed')) return 'failure';
  return steps.some((step) => step.status === 'completed') ? 'success' : 'neutral';
}
