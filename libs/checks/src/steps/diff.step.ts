import type { CheckFacts, CheckStep } from '../check.js';

/** What changed against the base. Fails while a change waits that the policy lets nobody pass without approval. */
export function diffStep(
  { comparison, terms }: CheckFacts,
  approved: ReadonlySet<string>,
  waiting: readonly string[],
): CheckStep {
  if (!comparison) return { name: 'diff', status: 'skipped', message: terms.baseMissing };
  const { conclusion, changes } = comparison;
  const passed = new Set(changes.map((change) => change.fingerprint).filter((one) => approved.has(one))).size;
  const parts = [`Against ${terms.baseLabel}: ${conclusion}, ${changes.length} change(s)`];
  if (waiting.length > 0) parts.push(`${waiting.length} waiting for approval`);
  if (passed > 0) parts.push(`${passed} approved`);
  return { name: 'diff', status: waiting.length > 0 ? 'failed' : 'completed', message: `${parts.join(', ')}.` };
}
