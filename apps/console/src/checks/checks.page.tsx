import { Button, Group, NativeSelect } from '@mantine/core';
import { ConsoleChecksDocument, type ConsoleChecksQuery } from '@rollcall/schema';
import { Link, useSearchParams } from 'react-router';
import { useQuery } from 'urql';
import { CommandLine } from '../display/command-line.js';
import { type Column, DataTable, TableSkeleton } from '../display/data-table.js';
import { EmptyState } from '../display/empty-state.js';
import { conclusionLook, runLook } from '../display/looks.js';
import { Mark } from '../display/mark.js';
import { MomentText } from '../display/moment-text.js';
import { problemOf } from '../display/problem.js';
import { ProblemPanel } from '../display/problem-panel.js';
import { SafeText } from '../display/safe-text.js';
import { Page } from '../layout/page.js';
import { CONSEQUENCES_MS, useLiveRefresh } from '../live/live.hook.js';
import { baseOf, type CheckListRow, subjectOf } from './check.js';

const pageSize = 25;

const conclusions = [
  { value: '', label: 'Any verdict' },
  { value: 'failure', label: 'failure' },
  { value: 'success', label: 'success' },
  { value: 'neutral', label: 'neutral' },
];

const columns: readonly Column<CheckListRow>[] = [
  {
    label: 'Verdict',
    cell: (check) => (
      <Mark {...(check.conclusion === null ? runLook(check.status) : conclusionLook(check.conclusion))} />
    ),
  },
  {
    label: 'Check',
    cell: (check) => (
      <div className="server-cell">
        <Link to={`/checks/${encodeURIComponent(check.id)}`} className="strong-link">
          <SafeText text={subjectOf(check)} />
        </Link>
        <div className="quiet">
          {check.candidate ? 'candidate' : 'version'}
          {baseOf(check) !== null && (
            <>
              {' against '}
              <SafeText text={baseOf(check) ?? ''} />
            </>
          )}
        </div>
      </div>
    ),
  },
  {
    label: 'Change',
    cell: ({ contextId, git }) => (
      <span className="breakable">
        <SafeText text={contextId ?? git?.branch ?? '–'} />
        {git?.author && (
          <span className="quiet">
            {' by '}
            <SafeText text={git.author} />
          </span>
        )}
      </span>
    ),
  },
  { label: 'Waiting', cell: (check) => (check.waiting > 0 ? `${check.waiting} for approval` : '–') },
  { label: 'When', cell: (check) => <MomentText at={check.finishedAt ?? check.requestedAt} /> },
];

/** "May this change go in?": every check, those of pull requests and those of versions. */
export function ChecksPage() {
  const [params, setParams] = useSearchParams();
  const [conclusion, server, after] = [params.get('conclusion'), params.get('server'), params.get('after')];
  const where = { conclusion, server, contextId: params.get('context') };
  const [answer, ask] = useQuery({ query: ConsoleChecksDocument, variables: { first: pageSize, after, where } });
  useLiveRefresh(
    () => true,
    () => ask({ requestPolicy: 'cache-and-network' }),
    CONSEQUENCES_MS,
  );
  const checks = answer.data?.checks;
  const unread = answer.error === undefined ? 'Reading the checks…' : 'The checks could not be read.';
  const choose = (change: Record<string, string>) => {
    const next = new URLSearchParams(params);
    next.delete('after');
    for (const [key, value] of Object.entries(change)) value === '' ? next.delete(key) : next.set(key, value);
    setParams(next);
  };

  return (
    <Page
      title="Checks"
      answer={checks === undefined ? unread : sentence(checks)}
      aside={
        <NativeSelect
          label="Verdict"
          data={conclusions}
          value={conclusion ?? ''}
          onChange={(event) => choose({ conclusion: event.currentTarget.value })}
        />
      }
    >
      {answer.error !== undefined && (
        <ProblemPanel problem={problemOf(answer.error)} onRetry={() => ask({ requestPolicy: 'network-only' })} />
      )}
      {checks === undefined && answer.error === undefined && <TableSkeleton rows={6} label="Reading checks" />}
      {checks !== undefined && checks.edges.length > 0 && (
        <DataTable
          caption="Checks, newest first"
          columns={columns}
          rows={checks.edges.map((edge) => edge.node)}
          keyOf={(check) => check.id}
        />
      )}
      {checks !== undefined && checks.edges.length === 0 && (
        <EmptyState title="No checks">
          <p>
            Every version is checked after its inspection; a pipeline checks a pull request before anything is
            published:
          </p>
          <CommandLine words={['check', './server.json']} />
        </EmptyState>
      )}
      {checks?.pageInfo.hasNextPage === true && (
        <Group justify="flex-end">
          <Button
            variant="default"
            onClick={() => setParams({ ...Object.fromEntries(params), after: checks.pageInfo.endCursor ?? '' })}
          >
            Older checks
          </Button>
        </Group>
      )}
    </Page>
  );
}

function sentence(checks: ConsoleChecksQuery['checks']): string {
  const count = `${checks.edges.length}${checks.pageInfo.hasNextPage ? '+' : ''}`;
  const waiting = checks.edges.filter(({ node }) => node.waiting > 0).length;
  if (checks.edges.length === 0) return 'Nothing was checked here.';
  return `${count} ${checks.edges.length === 1 ? 'check' : 'checks'}${waiting > 0 ? `; ${waiting} wait for approval` : ''}.`;
}
