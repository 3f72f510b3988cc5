import { Text } from '@mantine/core';
import { useId, useState } from 'react';
import { conclusionLook, runLook, severityLook } from '../display/looks.js';
import { Mark } from '../display/mark.js';
import { MomentText } from '../display/moment-text.js';
import { SafeText } from '../display/safe-text.js';
import { ChangeList } from './change-list.js';
import { FindingList } from './finding-list.js';
import type { CheckRow } from './server.js';

/** One check: the verdict first, then what was done, then what was found. */
export function CheckCard({ check, open }: { check: CheckRow; open: boolean }) {
  const [shown, setShown] = useState(open);
  const panel = useId();
  return (
    <article className="check">
      <div className="check-head">
        <Mark {...(check.conclusion === null ? runLook(check.status) : conclusionLook(check.conclusion))} />
        <Text span>
          <SafeText text={verdictOf(check)} />
        </Text>
        <Text span size="sm" c="dimmed">
          <MomentText at={check.finishedAt ?? check.requestedAt} />
        </Text>
        <button
          type="button"
          className="plain-toggle"
          aria-expanded={shown}
          aria-controls={panel}
          onClick={() => setShown(!shown)}
        >
          {shown ? 'Hide details' : 'Show details'}
        </button>
      </div>
      <div id={panel} hidden={!shown}>
        {shown && <CheckDetail check={check} />}
      </div>
    </article>
  );
}

function CheckDetail({ check }: { check: CheckRow }) {
  return (
    <div className="check-detail">
      <ol className="steps" aria-label="Steps">
        {check.steps.map((step) => (
          <li key={step.name}>
            <Mark {...runLook(step.status)} soft />
            <Text span size="sm">
              <code>
                <SafeText text={step.name} />
              </code>{' '}
              <SafeText text={step.message} />
            </Text>
          </li>
        ))}
      </ol>
      {check.comparison !== null && (
        <div>
          <h4>Changes</h4>
          {check.comparison.changes.length === 0 ? (
            <Mark {...severityLook(check.comparison.conclusion)} soft />
          ) : (
            <ChangeList changes={check.comparison.changes} />
          )}
        </div>
      )}
      <FindingList findings={check.findings} />
    </div>
  );
}

function verdictOf(check: CheckRow): string {
  if (check.status === 'queued') return 'Waiting to run.';
  if (check.status === 'running') return 'Running.';
  if (check.status === 'failed') return 'The check itself failed: it says nothing about the version.';
  const changes = check.comparison?.changes ?? [];
  if (check.baseVersion === null) return 'Nothing to compare with.';
  if (changes.length === 0) return `No change against ${check.baseVersion}.`;
  const counted = ['breaking', 'dangerous', 'safe']
    .map((severity) => ({ severity, count: changes.filter((change) => change.severity === severity).length }))
    .filter((group) => group.count > 0)
    .map((group) => `${group.count} ${group.severity}`);
  return `${counted.join(', ')} against ${check.baseVersion}.`;
}
