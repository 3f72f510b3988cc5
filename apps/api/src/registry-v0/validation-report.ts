import type { ManifestIssue, ManifestReview } from '@rollcall/manifest';

/** The answer of `/validate`; only an issue of severity `error` makes a manifest invalid. */
export type ValidationReport = { valid: boolean; issues: (ManifestIssue & { reference: string })[] };

/** A review in upstream's shape. */
export function validationReport({ manifest, issues }: ManifestReview): ValidationReport {
  return { valid: manifest !== null, issues: issues.map((issue) => ({ ...issue, reference: referenceOf(issue) })) };
}

/** Which rule spoke: the place in the schema's own words, without the numbers of list items. */
function referenceOf({ type, path }: ManifestIssue): string {
  const place = path.replace(/\[\d+\]/g, '[]');
  return `${type === 'schema' ? 'server.schema.json' : type}#${place}`;
}
