import { Skeleton } from '@mantine/core';
import { ConsoleServerDocument } from '@rollcall/schema';
import { Link, useParams, useSearchParams } from 'react-router';
import { useQuery } from 'urql';
import { TableSkeleton } from '../display/data-table.js';
import { EmptyState } from '../display/empty-state.js';
import { stateLooks } from '../display/looks.js';
import { problemOf } from '../display/problem.js';
import { ProblemPanel } from '../display/problem-panel.js';
import { SafeText } from '../display/safe-text.js';
import { Page } from '../layout/page.js';
import { useLiveRefresh } from '../live/live.hook.js';
import type { ServerEntity } from './server.js';
import { ServerFacts } from './server-facts.js';
import { ServerMoves } from './server-moves.js';
import { VersionDetail } from './version-detail.js';
import { VersionList } from './version-list.js';

/** "What is it, and may I depend on it?": the selected version and tab live in the address. */
export function ServerPage() {
  const name = useParams()['*'] ?? '';
  // A new name is a new screen: nothing of the former server may stay under it while the new one is read.
  return <NamedServer key={name} name={name} />;
}

function NamedServer({ name }: { name: string }) {
  const [params] = useSearchParams();
  const [answer, ask] = useQuery({ query: ConsoleServerDocument, variables: { name } });
  useLiveRefresh(
    (change) => change.version.server.name === name,
    () => ask({ requestPolicy: 'cache-and-network' }),
  );
  const problem = answer.error === undefined ? null : problemOf(answer.error);
  // What may not be seen is refused as not found: for a reader that is the same answer as "there is none".
  const server = problem?.code === 'NOT_FOUND' ? null : answer.data?.server;

  if (problem !== null && problem.code !== 'NOT_FOUND' && !server) {
    return (
      <Page title={name} answer="This server could not be read.">
        <ProblemPanel problem={problem} onRetry={() => ask({ requestPolicy: 'network-only' })} />
      </Page>
    );
  }
  if (server === undefined) {
    return (
      <Page title={name} answer="Reading the server…">
        <Skeleton height={90} />
        <TableSkeleton rows={4} label="Reading versions" />
      </Page>
    );
  }
  if (server === null) {
    return (
      <Page title={name} answer="There is no such server that you can see.">
        <EmptyState title="No such server" command={['servers', 'list']}>
          <p>
            Check the spelling, or ask its owner for access. <Link to="/servers">All servers</Link>
          </p>
        </EmptyState>
      </Page>
    );
  }
  return <KnownServer server={server} wanted={params.get('version')} />;
}

function KnownServer({ server, wanted }: { server: ServerEntity; wanted: string | null }) {
  const latest = server.latestVersion?.version ?? server.versions[0]?.version;
  const selected = server.versions.find((each) => each.version === (wanted ?? latest));
  return (
    <Page title={server.name} answer={<Answer server={server} />}>
      <ServerMoves server={server} />
      <ServerFacts server={server} />
      <div className="server-layout">
        <VersionList server={server} selected={selected?.version ?? null} />
        {selected === undefined ? (
          <EmptyState
            title={wanted === null ? 'No version yet' : 'No such version'}
            command={['publish', './server.json']}
          >
            <p>
              {wanted === null
                ? 'This server has no version.'
                : 'This server has no such version: choose one from the list.'}
            </p>
          </EmptyState>
        ) : (
          <VersionDetail key={selected.id} server={server} version={selected} />
        )}
      </div>
    </Page>
  );
}

function Answer({ server }: { server: ServerEntity }) {
  const latest = server.versions.find((each) => each.version === server.latestVersion?.version);
  if (latest === undefined) return <>No version is published yet.</>;
  const held = latest.quarantineReason === null ? '' : ' and quarantined: every call is denied';
  return (
    <>
      Latest version <SafeText text={latest.version} /> is {stateLooks[latest.state].word}
      {held}. {server.title !== null && <SafeText text={`${server.title}: `} />}
      <SafeText text={server.description} />
    </>
  );
}
