import type { JsonValue } from '@rollcall/kernel';

/** How loud a finding is: `error` holds something up, `warning` wants a look, `note` is told. */
export type ReportLevel = 'error' | 'warning' | 'note';

/** One line of a report, whichever engine found it. */
export type ReportFinding = {
  ruleId: string;
  level: ReportLevel;
  /** The engine's own word: breaking, dangerous, safe; error, warning, info. */
  severity: string;
  source: 'diff' | 'lint' | 'intake' | 'semver' | 'expectations' | 'baseline';
  tool: string | null;
  /** JSON pointer into the member's definition. */
  path: string;
  message: string;
  /** Stable across runs: what baselines, approvals and code scanning recognise it by. */
  fingerprint: string;
  /** A concrete value that proves it, with the sides it is valid and invalid under. */
  witness?: { value: JsonValue; validUnder: string; invalidUnder: string };
  /** What to do about it, one sentence. */
  hint?: string;
  /** In the file of the report, from 1; absent when it is not known. */
  line?: number;
  /** Who approved it for this context; absent when nobody did. */
  approvedBy?: string;
};

/** A rule as report formats describe it. */
export type ReportRule = { id: string; title: string; explanation: string; docs: string };

/** What one run has to tell; every format is written from this and nothing else. */
export type Report = {
  command: 'diff' | 'lint' | 'check';
  /** What was looked at, for a person: a file, a URL, NAME@VERSION. */
  subject: string;
  /** What it was compared with; null when nothing was. */
  against: string | null;
  /** The verdict in one word: breaking, dangerous, safe, identical; passed, blocked, unknown. */
  conclusion: string;
  passed: boolean;
  /** Where the recorded check can be read; null for local runs. */
  url: string | null;
  /** Keys comments and approvals of one change request; null outside of one. */
  contextId: string | null;
  /** The file findings point at, relative to the repository; null when the subject is no file. */
  file: string | null;
  findings: ReportFinding[];
  /** Every rule that was looked at, found or not: formats list passing rules too. */
  rules: ReportRule[];
};
