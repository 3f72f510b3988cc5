import { Text } from '@mantine/core';
import { ConsoleTransitionsDocument } from '@rollcall/schema';
import { IconAlertTriangle, IconArrowRight } from '@tabler/icons-react';
import { useQuery } from 'urql';
import { TableSkeleton } from '../display/data-table.js';
import { EmptyState } from '../display/empty-state.js';
import { breakGlassLook } from '../display/looks.js';
import { Mark } from '../display/mark.js';
import { MomentText } from '../display/moment-text.js';
import { problemOf } from '../display/problem.js';
import { ProblemPanel } from '../display/problem-panel.js';
import { SafeText } from '../display/safe-text.js';
import { StateMark } from '../display/state-mark.js';
import { useLiveRefresh } from '../live/live.hook.js';
import { GuardList } from './guard-list.js';
import { isAbout, type TransitionRow } from './server.js';

/** How this version got where it is: who, why, when, and what proved that it was allowed. */
export function TransitionsTab(address: { server: string; version: string }) {
  const [answer, ask] = useQuery({ query: ConsoleTransitionsDocument, variables: address });
  const transitions = answer.data?.version?.transitions;
  useLiveRefresh(isAbout(address), () => ask({ requestPolicy: 'cache-and-network' }));
  if (answer.error !== undefined && transitions === undefined) {
    return <ProblemPanel problem={problemOf(answer.error)} onRetry={() => ask({ requestPolicy: 'network-only' })} />;
  }
  if (answer.data === undefined) return <TableSkeleton rows={4} label="Reading transitions" />;
  if (transitions === undefined || transitions.length === 0) {
    return (
      <EmptyState title="No transition yet" command={['can-i', 'promote', `${address.server}@${address.version}`]}>
        <p>The first transition is recorded when the version is published.</p>
      </EmptyState>
    );
  }
  return (
    <ol className="timeline" aria-label="Transitions, newest first" reversed>
      {transitions.map((transition) => (
        <TransitionItem key={transition.id} transition={transition} />
      ))}
    </ol>
  );
}

function TransitionItem({ transition }: { transition: TransitionRow }) {
  return (
    <li className="timeline-item">
      <div className="timeline-move">
        {transition.fromState === null ? (
          <span className="new-mark">new</span>
        ) : (
          <StateMark state={transition.fromState} />
        )}
        <IconArrowRight size={16} role="img" aria-label="to" />
        <StateMark state={transition.toState} />
        {transition.breakGlass && (
          <Mark {...breakGlassLook} detail="Two administrators took this step although a guard was unmet" />
        )}
        {transition.overridden && !transition.breakGlass && (
          <Mark
            icon={IconAlertTriangle}
            word="overridden"
            tone="bad"
            detail="An administrator overrode an unmet guard"
          />
        )}
      </div>
      <Text size="sm">
        <strong>
          <SafeText text={transition.actorHandle} />
        </strong>
        {transition.confirmedBy !== null && (
          <>
            , confirmed by{' '}
            <strong>
              <SafeText text={transition.confirmedBy.handle} />
            </strong>
          </>
        )}{' '}
        · <MomentText at={transition.at} />
      </Text>
      {transition.reason === null ? (
        <Text size="sm" c="dimmed">
          No reason given.
        </Text>
      ) : (
        <blockquote className="reason">
          <SafeText text={transition.reason} />
        </blockquote>
      )}
      <GuardList guards={transition.guards} />
    </li>
  );
}
