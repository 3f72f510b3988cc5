import type { ConsoleCheckFragment, ConsoleChecksQuery } from '@rollcall/schema';

/** One check as its page shows it. */
export type CheckEntity = ConsoleCheckFragment;
export type CheckChange = CheckEntity['changes'][number];
/** One check as the list shows it. */
export type CheckListRow = ConsoleChecksQuery['checks']['edges'][number]['node'];

type Named = { serverName: string; version: string | null };
type Compared = { baseVersion: string | null; baseEnvironment: string | null };

/** What a check is about, as people say it. */
export const subjectOf = ({ serverName, version }: Named): string =>
  version === null ? serverName : `${serverName} ${version}`;

/** What it was compared with; null when nothing was. */
export function baseOf({ baseVersion, baseEnvironment }: Compared): string | null {
  if (baseEnvironment === null) return baseVersion;
  return baseVersion === null ? baseEnvironment : `${baseEnvironment} (${baseVersion})`;
}

/** The verdict in a sentence: what holds it up, who would be hit, what was looked at. */
export function verdictOf(check: CheckEntity): string {
  if (check.status === 'queued') return 'Waiting to run.';
  if (check.status === 'running') return 'Running.';
  if (check.status === 'failed') return 'The check itself failed: it says nothing about the contract.';
  const base = baseOf(check);
  const against = base === null ? '' : ` against ${base}`;
  if (check.waiting > 0) {
    const held = check.changes.filter((change) => change.waits);
    const agents = new Set(held.flatMap((change) => change.impacts.map((impact) => impact.agent)));
    const used = agents.size === 0 ? '' : ` used by ${agents.size} consumer${agents.size === 1 ? '' : 's'}`;
    return `Blocked: ${check.waiting} change${check.waiting === 1 ? '' : 's'}${used} wait${check.waiting === 1 ? 's' : ''} for approval${against}.`;
  }
  const failed = check.steps.filter((step) => step.status === 'failed').map((step) => step.name);
  if (failed.length > 0) return `Blocked: ${failed.join(', ')} failed${against}.`;
  if (check.conclusion === 'neutral') return 'Nothing could be concluded.';
  const approved = check.changes.filter((change) => change.approval !== null).length;
  if (approved > 0) return `Passed${against}: ${approved} change${approved === 1 ? ' is' : 's are'} approved.`;
  return check.changes.length === 0 ? `Passed${against}: no change.` : `Passed${against}.`;
}
