import { Alert, Text } from '@mantine/core';
import { ConsoleHealthDocument } from '@rollcall/schema';
import type { ReactNode } from 'react';
import { useQuery } from 'urql';
import { type Column, DataTable, TableSkeleton } from '../display/data-table.js';
import { EmptyState } from '../display/empty-state.js';
import { outcomeLook } from '../display/looks.js';
import { Mark } from '../display/mark.js';
import { MomentText } from '../display/moment-text.js';
import { problemOf } from '../display/problem.js';
import { ProblemPanel } from '../display/problem-panel.js';
import { SafeText } from '../display/safe-text.js';
import { useLiveRefresh } from '../live/live.hook.js';
import { type EndpointRow, isAbout } from './server.js';

type Probed = EndpointRow & { health: NonNullable<EndpointRow['health']> };

/** How the endpoints of a version are, as scheduled probes see them. */
export function HealthTab(address: { server: string; version: string }) {
  const [answer, ask] = useQuery({ query: ConsoleHealthDocument, variables: address });
  useLiveRefresh(isAbout(address), () => ask({ requestPolicy: 'cache-and-network' }));
  const version = answer.data?.version;
  if (answer.error !== undefined && !version) {
    return <ProblemPanel problem={problemOf(answer.error)} onRetry={() => ask({ requestPolicy: 'network-only' })} />;
  }
  if (answer.data === undefined) return <TableSkeleton rows={2} label="Reading the health of endpoints" />;
  const probed = (version?.endpoints ?? []).filter((each): each is Probed => each.health !== null);
  if (probed.length === 0) {
    return (
      <EmptyState title="No endpoint is probed" command={['probes', `${address.server}@${address.version}`]}>
        <p>Endpoints are probed from the review of a version to its end, unless the policy says otherwise.</p>
      </EmptyState>
    );
  }
  return (
    <>
      {probed.flatMap(({ id, environment, health }) =>
        health.findings.map((finding) => (
          <Alert
            key={`${id} ${finding.code}`}
            color={finding.severity === 'error' ? 'red' : 'yellow'}
            title={`${finding.code} in ${environment.name}`}
            mb="md"
          >
            <SafeText text={finding.message} />
          </Alert>
        )),
      )}
      <DataTable caption="Endpoints of this version" columns={columns} rows={probed} keyOf={(row) => row.id} />
    </>
  );
}

const columns: readonly Column<Probed>[] = [
  {
    label: 'Environment',
    cell: (row) => (
      <div>
        <SafeText text={row.environment.name} />
        <Text size="sm" c="dimmed">
          <SafeText text={row.url ?? row.launcher ?? row.transport} />
        </Text>
      </div>
    ),
  },
  {
    label: 'Health',
    cell: ({ health }) => (
      <div>
        <Mark {...outcomeLook(health.state)} soft />
        <Text size="sm" c="dimmed">
          since <MomentText at={health.since} />
        </Text>
      </div>
    ),
  },
  { label: 'Last probe', cell: ({ health }) => <LastProbe health={health} /> },
  {
    label: 'Uptime 24 h · 7 d · 30 d',
    cell: ({ health }) => [health.uptimeDay, health.uptimeWeek, health.uptimeMonth].map(share).join(' · '),
  },
  {
    label: 'Latency p50 · p95 · p99',
    cell: ({ health: { latency } }) => (latency === null ? '–' : `${latency.p50} · ${latency.p95} · ${latency.p99} ms`),
  },
  {
    label: 'Certificate until',
    cell: ({ health }) =>
      health.certificateExpiresAt === null ? '–' : <MomentText at={health.certificateExpiresAt} />,
  },
];

function LastProbe({ health }: { health: Probed['health'] }): ReactNode {
  if (health.lastProbedAt === null || health.lastOutcome === null) return 'waits for its first probe';
  const worse = health.history.edges.filter(({ node }) => node.outcome !== health.lastOutcome).length;
  return (
    <div>
      <Mark {...outcomeLook(health.lastOutcome)} soft />
      <Text size="sm" c="dimmed">
        <MomentText at={health.lastProbedAt} />
        {worse > 0 && ` · ${worse} of the last ${health.history.edges.length} ended otherwise`}
      </Text>
      {health.lastDetail !== null && (
        <Text size="sm" c="dimmed">
          <SafeText text={health.lastDetail} />
        </Text>
      )}
    </div>
  );
}

/** Rounded down: what is not always up is never told as 100 %. */
const share = (uptime: number | null): string =>
  uptime === null ? '–' : `${(Math.floor(uptime * 10_000) / 100).toFixed(2)} %`;
