import type { CheckConclusion, CheckMaterial, CheckResult, CheckStep } from './check.js';
import { contractStep } from './steps/contract.step.js';
import { diffStep } from './steps/diff.step.js';
import { lintStep } from './steps/lint.step.js';
import { manifestStep } from './steps/manifest.step.js';
import { semverStep } from './steps/semver.step.js';

/** Runs every step over the material and draws the conclusion. Pure: the same material gives the same result. */
export function runCheck(material: CheckMaterial): CheckResult {
  const diff = diffStep(material);
  const semver = semverStep(material);
  const lint = lintStep(material);
  const steps = [manifestStep(material), contractStep(material), diff.step, semver.step, lint.step];
  return {
    conclusion: conclude(steps),
    steps,
    comparison: diff.comparison,
    gate: semver.gate,
    findings: lint.findings,
  };
}

/** One failed step fails the check; a check in which nothing but skipped steps remain concludes nothing. */
export function conclude(steps: readonly CheckStep[]): CheckConclusion {
  if (steps.some((step) => step.status === 'failed')) return 'failure';
  return steps.some((step) => step.status === 'completed') ? 'success' : 'neutral';
}
