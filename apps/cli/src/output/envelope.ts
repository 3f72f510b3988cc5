import type { FailureBody } from '../errors/failure.js';

/** The one JSON document a command prints with `--format json`; the version changes when a field changes its meaning. */
export type Envelope = { schemaVersion: '1'; command: string; data: unknown; error: FailureBody | null };

/** The envelope as text, with a final line feed. */
export function envelopeText(command: string, data: unknown, error: FailureBody | null): string {
  const envelope: Envelope = { schemaVersion: '1', command, data: data ?? null, error };
  // the same text to whoever parses it, and no command to a runner that reads the log
  return `${JSON.stringify(envelope, null, 2).replaceAll('##[', '#\\u0023[')}\n`;
}
