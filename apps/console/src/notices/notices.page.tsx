import { Button, Group, SegmentedControl } from '@mantine/core';
import { ConsoleNoticeMarkReadDocument, ConsoleNoticesDocument, type ConsoleNoticesQuery } from '@rollcall/schema';
import { useSearchParams } from 'react-router';
import { useMutation, useQuery } from 'urql';
import { TableSkeleton } from '../display/data-table.js';
import { EmptyState } from '../display/empty-state.js';
import { noticeLook } from '../display/looks.js';
import { Mark } from '../display/mark.js';
import { MomentText } from '../display/moment-text.js';
import { type Problem, problemOf } from '../display/problem.js';
import { ProblemPanel } from '../display/problem-panel.js';
import { SafeText } from '../display/safe-text.js';
import { Page } from '../layout/page.js';
import { CONSEQUENCES_MS, useLiveRefresh } from '../live/live.hook.js';

type Notice = ConsoleNoticesQuery['notices']['edges'][number]['node'];

const pageSize = 25;

/** "What do I have to know about the versions my agents use?": unread first to be seen, everything on request. */
export function NoticesPage() {
  const [params, setParams] = useSearchParams();
  const all = params.get('show') === 'all';
  const after = params.get('after');
  const [answer, ask] = useQuery({
    query: ConsoleNoticesDocument,
    variables: { first: pageSize, after, where: all ? null : { unread: true } },
  });
  const notices = answer.data?.notices;
  const unread = answer.error === undefined ? 'Reading the notices…' : 'The notices could not be read.';
  useLiveRefresh(
    () => true,
    () => ask({ requestPolicy: 'cache-and-network' }),
    CONSEQUENCES_MS,
  );

  return (
    <Page
      title="Notices"
      answer={notices === undefined ? unread : sentence(notices, all)}
      aside={
        <SegmentedControl
          aria-label="Which notices"
          value={all ? 'all' : 'unread'}
          onChange={(value) => setParams(value === 'all' ? { show: 'all' } : {})}
          data={[
            { value: 'unread', label: 'Unread' },
            { value: 'all', label: 'All' },
          ]}
        />
      }
    >
      {answer.error !== undefined && (
        <ProblemPanel problem={problemOf(answer.error)} onRetry={() => ask({ requestPolicy: 'network-only' })} />
      )}
      {notices === undefined && answer.error === undefined && <TableSkeleton rows={4} label="Reading notices" />}
      {notices !== undefined && notices.edges.length > 0 && (
        <ul className="notices" aria-label="Notices, newest first">
          {notices.edges.map(({ node }) => (
            <NoticeItem key={node.id} notice={node} />
          ))}
        </ul>
      )}
      {notices !== undefined && notices.edges.length === 0 && (
        <EmptyState title={all ? 'No notices' : 'Nothing unread'}>
          <p>
            Your teams are told here when a version that their agents may call or have called is deprecated, quarantined
            or ends.
          </p>
        </EmptyState>
      )}
      {notices?.pageInfo.hasNextPage === true && (
        <Group justify="flex-end">
          <Button
            variant="default"
            onClick={() => setParams({ ...(all ? { show: 'all' } : {}), after: notices.pageInfo.endCursor ?? '' })}
          >
            Older notices
          </Button>
        </Group>
      )}
    </Page>
  );
}

function NoticeItem({ notice }: { notice: Notice }) {
  const [marking, markRead] = useMutation(ConsoleNoticeMarkReadDocument);
  const problem = problemIn(marking);
  return (
    <li className="notice-item" data-read={notice.readAt !== null}>
      <div className="notice-head">
        <Mark {...noticeLook(notice.kind)} />
        <span className="quiet">
          <MomentText at={notice.createdAt} /> · agent <SafeText text={notice.agent.name} />, team{' '}
          <SafeText text={notice.team.name} />
        </span>
      </div>
      <p className="notice-text">
        <SafeText text={notice.text} />
      </p>
      {problem !== null && <ProblemPanel problem={problem} />}
      {notice.readAt === null && (
        <Button size="xs" variant="default" loading={marking.fetching} onClick={() => void markRead({ id: notice.id })}>
          Mark as read
        </Button>
      )}
    </li>
  );
}

/** A refusal of the mutation is an answer, not an error of the request. */
function problemIn(marking: ReturnType<typeof useMutation<MarkReadData>>[0]): Problem | null {
  if (marking.error !== undefined) return problemOf(marking.error);
  const refusal = marking.data?.noticeMarkRead.errors[0];
  return refusal === undefined ? null : { ...refusal, nextStep: 'Reload the page.', requestId: null };
}

type MarkReadData = { noticeMarkRead: { errors: { code: string; message: string }[] } };

function sentence(notices: ConsoleNoticesQuery['notices'], all: boolean): string {
  const count = `${notices.edges.length}${notices.pageInfo.hasNextPage ? '+' : ''}`;
  const noun = notices.edges.length === 1 ? 'notice' : 'notices';
  if (notices.edges.length === 0) return all ? 'Your teams were told nothing yet.' : 'You have read everything.';
  return all ? `${count} ${noun}, newest first.` : `${count} unread ${noun} for your teams.`;
}
