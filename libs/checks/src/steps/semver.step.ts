import { type SemverVerdict, semverGate } from '@rollcall/compatibility';
import type { CheckMaterial, CheckStep } from '../check.js';

/** The version number says what the change does. With policy `warn` a wrong number is told, not held against the check. */
export function semverStep(material: CheckMaterial): { step: CheckStep; gate: SemverVerdict | null } {
  const { base, head, semverMode } = material;
  if (!base || !head) {
    return { step: { name: 'semver', status: 'skipped', message: 'There is nothing to compare.' }, gate: null };
  }
  const gate = semverGate(base, head);
  const status = gate.allowed || semverMode === 'warn' ? 'completed' : 'failed';
  const message = gate.allowed ? gate.message : `${gate.code}: ${gate.message} ${gate.nextStep}`;
  return { step: { name: 'semver', status, message }, gate };
}
