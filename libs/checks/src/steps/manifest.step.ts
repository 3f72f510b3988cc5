import type { CheckMaterial, CheckStep } from '../check.js';

/** The stored manifest still passes today's rules. */
export function manifestStep(material: CheckMaterial): CheckStep {
  const [first] = material.manifestProblems;
  return first
    ? { name: 'manifest', status: 'failed', message: first }
    : { name: 'manifest', status: 'completed', message: 'The manifest is valid.' };
}
