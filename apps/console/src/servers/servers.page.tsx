import { Button, Group } from '@mantine/core';
import { ConsoleServersDocument, type ConsoleServersQuery, type LifecycleState } from '@rollcall/schema';
import { useSearchParams } from 'react-router';
import { useQuery } from 'urql';
import { TableSkeleton } from '../display/data-table.js';
import { EmptyState } from '../display/empty-state.js';
import { stateLooks } from '../display/looks.js';
import { problemOf } from '../display/problem.js';
import { ProblemPanel } from '../display/problem-panel.js';
import { Page } from '../layout/page.js';
import { useLiveRefresh } from '../live/live.hook.js';
import { ServersFilter } from './servers-filter.js';
import { ServersTable } from './servers-table.js';

const pageSize = 25;

const isState = (word: string | null): word is LifecycleState => word !== null && Object.hasOwn(stateLooks, word);

/** "Which servers are there, and how are they?": filters and place live in the address. */
export function ServersPage() {
  const [params, setParams] = useSearchParams();
  const search = params.get('q') ?? '';
  const stateWord = params.get('state');
  const state = isState(stateWord) ? stateWord : null;
  const after = params.get('after');
  const filtered = search !== '' || state !== null;

  const [answer, ask] = useQuery({
    query: ConsoleServersDocument,
    variables: { first: pageSize, after, where: { search: search === '' ? null : search, state } },
  });
  const servers = answer.data?.servers;
  useLiveRefresh(
    () => true,
    () => ask({ requestPolicy: 'cache-and-network' }),
  );
  const unread = answer.error === undefined ? 'Reading the catalog…' : 'The catalog could not be read.';

  const goTo = (cursor: string | null) => {
    const next = new URLSearchParams(params);
    if (cursor === null) next.delete('after');
    else next.set('after', cursor);
    setParams(next);
    window.scrollTo(0, 0);
  };

  return (
    <Page title="Servers" answer={servers === undefined ? unread : sentence(servers, filtered, after)}>
      <ServersFilter search={search} state={state} onChange={setParams} />
      {answer.error !== undefined && (
        <ProblemPanel problem={problemOf(answer.error)} onRetry={() => ask({ requestPolicy: 'network-only' })} />
      )}
      {servers === undefined && answer.error === undefined && <TableSkeleton rows={6} label="Reading servers" />}
      {servers !== undefined && servers.edges.length > 0 && (
        <div className="refreshing" aria-busy={answer.fetching}>
          <ServersTable servers={servers.edges.map((edge) => edge.node)} />
        </div>
      )}
      {servers !== undefined && servers.edges.length === 0 && (
        <NoServers filtered={filtered || after !== null} onClear={() => setParams({})} />
      )}
      {servers !== undefined && (after !== null || servers.pageInfo.hasNextPage) && (
        <Group component="nav" aria-label="Pages of servers" justify="flex-end">
          <Button variant="default" disabled={after === null} onClick={() => goTo(null)}>
            First page
          </Button>
          <Button
            variant="default"
            disabled={!servers.pageInfo.hasNextPage || servers.pageInfo.endCursor === null}
            onClick={() => goTo(servers.pageInfo.endCursor)}
          >
            Next page
          </Button>
        </Group>
      )}
    </Page>
  );
}

function sentence(servers: ConsoleServersQuery['servers'], filtered: boolean, after: string | null): string {
  const shown = servers.edges.map((edge) => edge.node);
  const count = `${shown.length}${servers.pageInfo.hasNextPage ? '+' : ''} ${shown.length === 1 ? 'server' : 'servers'}`;
  const place = `${filtered ? ' match' : ''}${filtered && shown.length === 1 ? 'es' : ''}${after === null ? '' : ' on this page'}`;
  const sick = shown.filter((server) => server.health !== null && server.health.outcome !== 'healthy').length;
  const held = shown.filter((server) => typeof server.latestVersion?.quarantineReason === 'string').length;
  const worries = [sick > 0 ? `${sick} not healthy` : '', held > 0 ? `${held} quarantined` : ''].filter(Boolean);
  return `${count}${place}${worries.length > 0 ? `: ${worries.join(', ')}` : ''}.`;
}

function NoServers({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  if (filtered) {
    return (
      <EmptyState title="No server matches">
        <p>Try fewer letters, or another state.</p>
        <Button variant="default" onClick={onClear}>
          Clear search and filter
        </Button>
      </EmptyState>
    );
  }
  return (
    <EmptyState title="No servers yet" command={['publish', './server.json']}>
      <p>
        A server appears here with its first published version. Publishing needs a <code>server.json</code> in a
        namespace your team has claimed.
      </p>
    </EmptyState>
  );
}
