import { Text } from '@mantine/core';
import { ConsoleEvidenceDocument } from '@rollcall/schema';
import { useQuery } from 'urql';
import { TableSkeleton } from '../display/data-table.js';
import { EmptyState } from '../display/empty-state.js';
import { problemOf } from '../display/problem.js';
import { ProblemPanel } from '../display/problem-panel.js';
import { useLiveRefresh } from '../live/live.hook.js';
import { CheckCard } from './check-card.js';
import { InspectionsTable } from './inspections-table.js';
import { isAbout } from './server.js';

/** What was seen on the wire, and what the checks concluded from it. */
export function EvidenceTab(address: { server: string; version: string }) {
  const [answer, ask] = useQuery({ query: ConsoleEvidenceDocument, variables: address });
  useLiveRefresh(isAbout(address), () => ask({ requestPolicy: 'cache-and-network' }));
  const version = answer.data?.version;
  if (answer.error !== undefined && !version) {
    return <ProblemPanel problem={problemOf(answer.error)} onRetry={() => ask({ requestPolicy: 'network-only' })} />;
  }
  if (answer.data === undefined) return <TableSkeleton rows={4} label="Reading inspections and checks" />;
  const { checks, inspections } = version ?? { checks: [], inspections: [] };
  if (checks.length === 0 && inspections.length === 0) {
    return (
      <EmptyState title="Nothing seen yet" command={['check', `${address.server}@${address.version}`]}>
        <p>A check connects to an endpoint of this version, reads its contract and compares it.</p>
      </EmptyState>
    );
  }
  return (
    <div className="evidence">
      <section aria-labelledby="checks-heading">
        <h3 id="checks-heading">Checks</h3>
        {checks.length === 0 && <Text c="dimmed">No check has run for this version.</Text>}
        <ul className="checks">
          {checks.map((check, place) => (
            <li key={check.id}>
              <CheckCard check={check} open={place === 0} />
            </li>
          ))}
        </ul>
      </section>
      <section aria-labelledby="inspections-heading">
        <h3 id="inspections-heading">Inspections</h3>
        {inspections.length === 0 ? (
          <Text c="dimmed">No inspection has run for this version.</Text>
        ) : (
          <InspectionsTable inspections={inspections} />
        )}
      </section>
    </div>
  );
}
