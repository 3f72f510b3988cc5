import type { SemverVerdict } from '@rollcall/compatibility';
import type { CheckMaterial, CheckStep } from '../check.js';

/** The version number says what the change does. With policy `warn` a wrong number is told, not held against the check. */
export function semverStep({ base, head, policy }: CheckMaterial, gate: SemverVerdict | null): CheckStep {
  if (!gate) {
    const message = base && head ? 'The candidate names no version.' : 'There is nothing to compare.';
    return { name: 'semver', status: 'skipped', message };
  }
  const status = gate.allowed || policy.semver === 'warn' ? 'completed' : 'failed';
  const message = gate.allowed ? gate.message : `${gate.code}: ${gate.message} ${gate.nextStep}`;
  return { name: 'semver', status, message };
}
