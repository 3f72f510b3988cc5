import type { CheckFinding, CheckMaterial, CheckStep } from '../check.js';

/** Quality and safety of the tools. Errors fail the check; warnings are told. */
export function lintStep({ head }: CheckMaterial, findings: readonly CheckFinding[]): CheckStep {
  if (!head) return { name: 'lint', status: 'skipped', message: 'There is no contract to look at.' };
  const errors = findings.filter((finding) => finding.severity === 'error');
  const message = `${errors.length} error(s), ${findings.length - errors.length} other finding(s).`;
  return { name: 'lint', status: errors.length > 0 ? 'failed' : 'completed', message };
}
