import { err, isJsonObject, type JsonValue, ok, type Result } from '@rollcall/kernel';
import { z } from 'zod';
import { holdsUp } from './ranking.js';
import type { Report, ReportFinding } from './report.js';
import { oneLine } from './safe-text.js';

/** Of the source `baseline`: an entry that nothing matches any more. */
export const BASELINE_STALE = 'BASELINE_STALE';

const UNREVIEWED = 'Written by --update-baseline; nobody has given a reason yet.';
const MAX_ENTRIES = 10_000;
const text = (max: number) => z.string().min(1).max(max);
const ENTRY = z.strictObject({
  fingerprint: text(200),
  ruleId: text(200),
  tool: z.string().max(1_000).nullable(),
  reason: text(2_000),
});
const DOCUMENT = z.strictObject({ schemaVersion: z.literal('1'), accepted: z.array(ENTRY).max(MAX_ENTRIES) });

/** Findings that somebody has looked at and lives with, each with a reason. */
export type Baseline = z.infer<typeof DOCUMENT>;

/** What is left of a report when a baseline was taken from it. */
export type BaselinedReport = { report: Report; accepted: number; stale: number };

/** Reads a baseline; the error is one sentence with the place. */
export function readBaseline(value: JsonValue): Result<Baseline, string> {
  const read = DOCUMENT.safeParse(value);
  if (!read.success) {
    const [issue] = read.error.issues;
    const place = issue === undefined || issue.path.length === 0 ? '' : ` (at ${issue.path.join('.')})`;
    const what = isJsonObject(value) ? `${issue?.message ?? 'It does not fit.'}${place}` : 'It is not a JSON object.';
    return err(what);
  }
  const seen = new Set<string>();
  for (const { fingerprint } of read.data.accepted) {
    if (seen.has(fingerprint)) return err(`The fingerprint ${oneLine(fingerprint)} stands there twice.`);
    seen.add(fingerprint);
  }
  return ok(read.data);
}

/**
 * Takes the accepted findings out of a report. An entry that nothing matches is a finding itself: a baseline that is
 * longer than the truth hides the next finding of the same fingerprint.
 */
export function applyBaseline(report: Report, baseline: Baseline): BaselinedReport {
  const found = new Set(report.findings.map(({ fingerprint }) => fingerprint));
  const accepted = new Set(baseline.accepted.map(({ fingerprint }) => fingerprint));
  const left = report.findings.filter(({ fingerprint }) => !accepted.has(fingerprint));
  const stale = baseline.accepted.filter(({ fingerprint }) => !found.has(fingerprint)).map(staleFinding);
  const findings = [...stale, ...left];
  // a verdict that is no for another reason than a finding stays no, and so does one over what could not be judged
  const isJudged = report.findings.some(holdsUp) && !report.findings.some(({ severity }) => severity === 'undecided');
  const passed = !findings.some(holdsUp) && (report.passed || isJudged);
  return {
    report: { ...report, findings, passed },
    accepted: report.findings.length - left.length,
    stale: stale.length,
  };
}

/** The baseline that accepts what holds a report up now; reasons of entries that stay are kept. */
export function baselineOf(report: Report, before: Baseline | null): Baseline {
  const known = new Map(before?.accepted.map((entry) => [entry.fingerprint, entry]));
  const entries = report.findings
    .filter((finding) => holdsUp(finding) || known.has(finding.fingerprint))
    .map(({ fingerprint, ruleId, tool }) => ({
      fingerprint,
      ruleId,
      tool: tool === null ? null : oneLine(tool, 1_000),
      reason: known.get(fingerprint)?.reason ?? UNREVIEWED,
    }));
  const once = new Map(entries.map((entry) => [entry.fingerprint, entry]));
  const sorted = [...once.values()].sort((a, b) => (a.ruleId + a.fingerprint < b.ruleId + b.fingerprint ? -1 : 1));
  return { schemaVersion: '1', accepted: sorted };
}

function staleFinding({ fingerprint, ruleId, tool }: Baseline['accepted'][number]): ReportFinding {
  return {
    ruleId: BASELINE_STALE,
    level: 'error',
    severity: 'stale',
    source: 'baseline',
    tool,
    path: '',
    message: `The baseline accepts ${ruleId}, which is not found any more.`,
    fingerprint: `baseline:${fingerprint}`,
    hint: 'Remove the entry, or run again with --update-baseline.',
  };
}
