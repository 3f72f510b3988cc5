import { type Finding, lintContract } from '@rollcall/compatibility';
import type { CheckMaterial, CheckStep } from '../check.js';

/** Quality and safety of the tools. Errors fail the check; warnings are told. */
export function lintStep(material: CheckMaterial): { step: CheckStep; findings: Finding[] } {
  const { head } = material;
  if (!head)
    return { step: { name: 'lint', status: 'skipped', message: 'There is no contract to look at.' }, findings: [] };
  const findings = lintContract(head.contract, head.issues);
  const errors = findings.filter((finding) => finding.severity === 'error');
  const message = `${errors.length} error(s), ${findings.length - errors.length} other finding(s).`;
  return { step: { name: 'lint', status: errors.length > 0 ? 'failed' : 'completed', message }, findings };
}
