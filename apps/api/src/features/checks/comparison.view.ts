import type { Comparison } from '@rollcall/compatibility';

/** A comparison in the schema's shape. */
export function comparisonView(comparison: Comparison) {
  return {
    conclusion: comparison.conclusion,
    baseDigest: comparison.base.digest,
    headDigest: comparison.head.digest,
    changes: comparison.changes,
  };
}
