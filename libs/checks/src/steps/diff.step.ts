import { type Comparison, compareContracts } from '@rollcall/compatibility';
import type { CheckMaterial, CheckStep } from '../check.js';

/** What changed against the base. A breaking change is a verdict for the semver step, not a failure of this one. */
export function diffStep(material: CheckMaterial): { step: CheckStep; comparison: Comparison | null } {
  const { base, head } = material;
  if (!head)
    return { step: { name: 'diff', status: 'skipped', message: 'There is no contract to compare.' }, comparison: null };
  if (!base) {
    return {
      step: { name: 'diff', status: 'skipped', message: 'There is no earlier version to compare with.' },
      comparison: null,
    };
  }
  const comparison = compareContracts(base.contract, head.contract);
  const message = `Against ${base.version}: ${comparison.conclusion}, ${comparison.changes.length} change(s).`;
  return { step: { name: 'diff', status: 'completed', message }, comparison };
}
