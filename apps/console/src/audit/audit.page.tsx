import { Button, Text } from '@mantine/core';
import { IconCircleCheck, IconHandStop, IconHelpCircle } from '@tabler/icons-react';
import { useCallback, useEffect, useState } from 'react';
import { useClient } from 'urql';
import { type Column, DataTable, TableSkeleton } from '../display/data-table.js';
import { DigestText } from '../display/digest-text.js';
import { Disclosure } from '../display/disclosure.js';
import { EmptyState } from '../display/empty-state.js';
import { JsonView } from '../display/json-view.js';
import { type Look, Mark } from '../display/mark.js';
import { MomentText } from '../display/moment-text.js';
import { problemOf } from '../display/problem.js';
import { ProblemPanel } from '../display/problem-panel.js';
import { SafeText } from '../display/safe-text.js';
import { Page } from '../layout/page.js';
import { type AuditRow, type NewestEvents, readNewestEvents } from './newest-events.js';

const outcomeLooks: Record<string, Look> = {
  done: { icon: IconCircleCheck, word: 'done', tone: 'good' },
  denied: { icon: IconHandStop, word: 'denied', tone: 'bad' },
};
const outcomeOf = (outcome: string): Look =>
  outcomeLooks[outcome] ?? { icon: IconHelpCircle, word: outcome, tone: 'mute' };

const columns: readonly Column<AuditRow>[] = [
  { label: '#', cell: (event) => <code>{event.sequence}</code> },
  { label: 'When', cell: (event) => <MomentText at={event.at} /> },
  {
    label: 'Who',
    cell: (event) => (
      <strong className="breakable">
        <SafeText text={event.actorHandle} />
      </strong>
    ),
  },
  {
    label: 'What',
    cell: (event) => (
      <div>
        <code>
          <SafeText text={event.action} />
        </code>
        <Text size="sm" c="dimmed" className="breakable">
          <SafeText text={event.subject} />
        </Text>
        <Disclosure summary="Details">
          <p className="audit-detail">
            Request <code className="breakable">{event.requestId}</code> · hash{' '}
            <DigestText digest={event.hash} what="event hash" />
          </p>
          <JsonView value={event.data} label={`Data of event ${event.sequence}`} />
        </Disclosure>
      </div>
    ),
  },
  { label: 'Outcome', cell: (event) => <Mark {...outcomeOf(event.outcome)} soft /> },
];

/** "Who did what?": the newest events, newest first. */
export function AuditPage() {
  const client = useClient();
  const [found, setFound] = useState<NewestEvents | null>(null);
  const read = useCallback(
    (start: string | null) => {
      setFound(null);
      let wanted = true;
      void readNewestEvents(client, start).then((newest) => wanted && setFound(newest));
      return () => {
        wanted = false;
      };
    },
    [client],
  );
  useEffect(() => read(null), [read]);

  return (
    <Page title="Audit" answer={sentence(found)}>
      {found === null && <TableSkeleton rows={8} label="Reading the audit chain" />}
      {found?.ok === false && <ProblemPanel problem={problemOf(found.error)} onRetry={() => read(null)} />}
      {found?.ok === true && !found.complete && (
        <Button variant="default" onClick={() => read(found.resumeAfter)}>
          Go on to newer events
        </Button>
      )}
      {found?.ok === true && found.events.length > 0 && (
        <DataTable
          caption="Audit events, newest first"
          columns={columns}
          rows={found.events}
          keyOf={(event) => event.id}
        />
      )}
      {found?.ok === true && found.events.length === 0 && (
        <EmptyState title="No events yet" command={['audit', 'verify']}>
          <p>Every change through the api is written here, linked by hash to the one before it.</p>
        </EmptyState>
      )}
    </Page>
  );
}

function sentence(found: NewestEvents | null): string {
  if (found === null) return 'Reading the audit chain…';
  if (!found.ok) return 'The audit chain could not be read.';
  const newest = found.events[0];
  if (newest === undefined) return 'Nothing has happened yet.';
  const denied = found.events.filter((event) => event.outcome === 'denied').length;
  const part = found.complete ? `The newest ${found.events.length}` : `${found.events.length} not yet the newest`;
  return `${part} events, up to number ${newest.sequence}${denied > 0 ? `; ${denied} denied` : ''}.`;
}
