import type { CheckMaterial, CheckStep } from '../check.js';

/** The manifest passes today's rules. A candidate may come without one. */
export function manifestStep({ manifest }: CheckMaterial): CheckStep {
  if (manifest === null) return { name: 'manifest', status: 'skipped', message: 'No manifest was handed in.' };
  const [first] = manifest.problems;
  return first
    ? { name: 'manifest', status: 'failed', message: first }
    : { name: 'manifest', status: 'completed', message: 'The manifest is valid.' };
}
