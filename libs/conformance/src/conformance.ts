/** How binding a case is. Only a violated `must` makes a registry non-conformant. */
export const CASE_LEVELS = ['must', 'should', 'optional'] as const;
/** One of {@link CASE_LEVELS}. */
export type CaseLevel = (typeof CASE_LEVELS)[number];

/** What cases are grouped by, in the order in which they run; the last four write. */
export const CASE_GROUPS = [
  'shape',
  'parameters',
  'codes',
  'ordering',
  'cursor',
  'errors',
  'cors',
  'encoding',
  'client-quirks/vscode',
  'client-quirks/copilot',
  'operational',
  'sync',
  'publish',
  'latest',
  'status',
] as const;
/** One of {@link CASE_GROUPS}. */
export type CaseGroup = (typeof CASE_GROUPS)[number];

/** How a case ended: `warn` is a `should` or `optional` that is not met, or a `must` that is met in an unusual way. */
export type CaseOutcome = 'pass' | 'fail' | 'warn' | 'skipped';

/** One exchange that a verdict rests on: what was asked, and the beginning of what came back. */
export type Evidence = { request: string; status: number | null; excerpt: string };

/** What one case found out. Programs match on `id`, which never changes its meaning. */
export type CaseResult = {
  id: string;
  group: CaseGroup;
  level: CaseLevel;
  /** What a conformant registry does. */
  sentence: string;
  /** Where that is written, or which client needs it. */
  source: string;
  outcome: CaseOutcome;
  reason: string;
  evidence: Evidence[];
};

/** How many cases ended how. */
export type CaseCounts = Record<CaseOutcome, number>;

/**
 * The whole run. `unreachable`: nothing at that address answered. `undecided`: nothing failed, but the registry's rate limit or
 * our own budget of requests ended cases that a yes needs.
 */
export type ConformanceReport = {
  registry: string;
  conclusion: 'conformant' | 'not_conformant' | 'undecided' | 'unreachable';
  /** The verdict as one sentence for a person. */
  summary: string;
  counts: CaseCounts;
  /** Requests that were sent. */
  requests: number;
  results: CaseResult[];
};

/** Counts of a list of results. */
export function countsOf(results: readonly CaseResult[]): CaseCounts {
  const counts: CaseCounts = { pass: 0, fail: 0, warn: 0, skipped: 0 };
  for (const { outcome } of results) counts[outcome] += 1;
  return counts;
}
