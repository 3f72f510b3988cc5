/** How loud a finding is: an error holds a version up in review, the others are told. */
export type LintSeverity = 'error' | 'warning' | 'info';

/** One result of linting: a rule, how bad it is, where, and what to do about it. */
export type LintFinding = {
  ruleId: string;
  severity: LintSeverity;
  tool: string | null;
  /** JSON pointer into the member's definition; for intake issues the place in what the server sent. */
  path: string;
  message: string;
  /** One sentence that says how to mend it. */
  hint: string | null;
  /** Stable across runs. Of a safety rule it covers the text itself: another wording is another finding. */
  fingerprint: string;
  /** The exception under which it is let pass; it is then an `info`, and without the exception what `severity` says here. */
  exception?: { id: string; reason: string; expiresAt: string; severity: LintSeverity };
};

/** A tool of another server that one of ours can be taken for. */
export type FleetMatch = {
  tool: string;
  kind: 'same_name' | 'confusable_name' | 'similar_wording';
  other: { server: string; tool: string };
  /** 1 for the same; at least 0. */
  score: number;
};

/** Tokens of a text as a model is given it. */
export type TokenCounter = (text: string) => number;
