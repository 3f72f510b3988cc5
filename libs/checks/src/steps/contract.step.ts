import type { CheckMaterial, CheckStep } from '../check.js';

/** A contract was observed, and all of it passed strict intake. */
export function contractStep(material: CheckMaterial): CheckStep {
  const { head } = material;
  if (!head) return { name: 'contract', status: 'failed', message: material.headMissing };
  const [issue] = head.issues;
  if (issue) {
    return {
      name: 'contract',
      status: 'failed',
      message: `${head.issues.length} part(s) of the offer were not accepted, first: ${issue.path}: ${issue.message}`,
    };
  }
  return { name: 'contract', status: 'completed', message: `Contract ${head.contract.digest} observed.` };
}
