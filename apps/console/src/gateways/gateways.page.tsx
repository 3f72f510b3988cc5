import { Text } from '@mantine/core';
import { ConsoleGatewaysDocument, type ConsoleGatewaysQuery } from '@rollcall/schema';
import { IconCircleCheck, IconCircleX, IconHelpCircle, IconHourglass } from '@tabler/icons-react';
import { useQuery } from 'urql';
import { type Column, DataTable, TableSkeleton } from '../display/data-table.js';
import { DigestText } from '../display/digest-text.js';
import { Disclosure } from '../display/disclosure.js';
import { EmptyState } from '../display/empty-state.js';
import { isEmptyJson } from '../display/json-shape.js';
import { JsonView } from '../display/json-view.js';
import { type Look, Mark } from '../display/mark.js';
import { MomentText } from '../display/moment-text.js';
import { problemOf } from '../display/problem.js';
import { ProblemPanel } from '../display/problem-panel.js';
import { SafeText } from '../display/safe-text.js';
import { Page } from '../layout/page.js';

type GatewayRow = ConsoleGatewaysQuery['gateways'][number];

function answerLook(gateway: GatewayRow): Look {
  const result = gateway.status?.result;
  if (result === undefined) return { icon: IconHelpCircle, word: 'never reported', tone: 'mute' };
  if (result === 'ack') return { icon: IconCircleCheck, word: 'ACK', tone: 'good' };
  return { icon: IconCircleX, word: result.toUpperCase(), tone: 'bad' };
}

const converged: Look = { icon: IconCircleCheck, word: 'converged', tone: 'good' };
const behind: Look = { icon: IconHourglass, word: 'behind', tone: 'warn' };

const columns: readonly Column<GatewayRow>[] = [
  {
    label: 'Gateway',
    cell: (gateway) => (
      <strong>
        <SafeText text={gateway.name} />
      </strong>
    ),
  },
  {
    label: 'Environment',
    cell: (gateway) => (
      <>
        <SafeText text={gateway.environment.name} />
        {gateway.environment.name !== gateway.environment.kind && (
          <Text size="sm" c="dimmed">
            {gateway.environment.kind}
          </Text>
        )}
      </>
    ),
  },
  {
    label: 'Last answer',
    cell: (gateway) => (
      <div>
        <Mark {...answerLook(gateway)} />
        {gateway.status !== null && !isEmptyJson(gateway.status.error) && (
          <Disclosure summary="Why it refused">
            <JsonView value={gateway.status.error} label={`Error of ${gateway.name}`} />
          </Disclosure>
        )}
        {gateway.status !== null && !isEmptyJson(gateway.status.drift) && (
          <Disclosure summary="Drift it saw">
            <JsonView value={gateway.status.drift} label={`Drift reported by ${gateway.name}`} />
          </Disclosure>
        )}
      </div>
    ),
  },
  {
    label: 'Serial',
    cell: (gateway) =>
      gateway.status === null ? (
        '–'
      ) : (
        <>
          <code>
            {gateway.status.epoch}.{gateway.status.serial}
          </code>{' '}
          {gateway.status.bundleSha256 !== null && (
            <DigestText digest={gateway.status.bundleSha256} what="bundle digest" />
          )}
        </>
      ),
  },
  {
    label: 'Convergence',
    cell: (gateway) =>
      gateway.status === null ? '–' : <Mark {...(gateway.status.converged ? converged : behind)} soft />,
  },
  {
    label: 'Reported',
    cell: (gateway) => (gateway.status === null ? '–' : <MomentText at={gateway.status.reportedAt} />),
  },
];

/** "Do the data planes do what was decided?" */
export function GatewaysPage() {
  const [answer, ask] = useQuery({ query: ConsoleGatewaysDocument });
  const gateways = answer.data?.gateways;
  const unread = answer.error === undefined ? 'Reading the gateways…' : 'The gateways could not be read.';
  return (
    <Page title="Gateways" answer={gateways === undefined ? unread : sentence(gateways)}>
      {answer.error !== undefined && (
        <ProblemPanel problem={problemOf(answer.error)} onRetry={() => ask({ requestPolicy: 'network-only' })} />
      )}
      {gateways === undefined && answer.error === undefined && <TableSkeleton rows={3} label="Reading gateways" />}
      {gateways !== undefined && gateways.length > 0 && (
        <DataTable caption="Gateways" columns={columns} rows={gateways} keyOf={(gateway) => gateway.id} />
      )}
      {gateways !== undefined && gateways.length === 0 && (
        <EmptyState title="No gateway enrolled" command={['gateways', 'enroll', 'NAME', '--environment', 'production']}>
          <p>A gateway appears here when it is enrolled for an environment, and reports after its first bundle.</p>
        </EmptyState>
      )}
    </Page>
  );
}

function sentence(gateways: readonly GatewayRow[]): string {
  const current = gateways.filter((gateway) => gateway.status?.converged === true).length;
  const refusing = gateways.filter((gateway) => gateway.status?.result === 'nack').length;
  if (gateways.length === 0) return 'No data plane is enrolled.';
  const refused = refusing === 0 ? '' : `, ${refusing} refused the last bundle`;
  return `${current} of ${gateways.length} run the newest policy${refused}. A serial is written epoch.serial.`;
}
