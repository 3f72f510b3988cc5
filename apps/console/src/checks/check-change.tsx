import { Button, Text } from '@mantine/core';
import { Disclosure } from '../display/disclosure.js';
import { JsonView } from '../display/json-view.js';
import { severityLook } from '../display/looks.js';
import { Mark } from '../display/mark.js';
import { MomentText } from '../display/moment-text.js';
import { SafeText } from '../display/safe-text.js';
import type { CheckChange } from './check.js';

type Decide = { approve: (fingerprints: string[]) => void; revoke: (fingerprints: string[]) => void };
type CheckChangeItemProps = { change: CheckChange; decide?: Decide; disabled?: boolean };

/** One change: what it is, its proof, who relies on it, who approved it. */
export function CheckChangeItem({ change, decide, disabled = true }: CheckChangeItemProps) {
  const { witness, approval, waits, fingerprint } = change;
  return (
    <li className="change">
      <Mark {...severityLook(change.severity)} soft />
      <div>
        <Text size="sm">
          <SafeText text={change.message} />
        </Text>
        <Text size="xs" c="dimmed" ff="monospace" className="breakable">
          <SafeText text={placeOf(change)} />
        </Text>
        <Consumers change={change} />
        {witness !== null && witness !== undefined && (
          <Disclosure summary="Witness">
            <JsonView value={witness} label={`Witness of ${change.ruleId}`} />
          </Disclosure>
        )}
        {approval !== null && (
          <Text size="sm">
            Approved by <SafeText text={approval.by} /> <MomentText at={approval.at} />:{' '}
            <SafeText text={approval.reason} />
          </Text>
        )}
        {decide !== undefined && waits && (
          <Button size="xs" mt={6} disabled={disabled} onClick={() => decide.approve([fingerprint])}>
            Approve change {change.number}
          </Button>
        )}
        {decide !== undefined && approval !== null && (
          <Button size="xs" mt={6} variant="default" disabled={disabled} onClick={() => decide.revoke([fingerprint])}>
            Take approval of change {change.number} back
          </Button>
        )}
      </div>
    </li>
  );
}

function placeOf({ ruleId, tool, path, risk, waits }: CheckChange): string {
  const parts = [ruleId, tool, path, risk === 'none' ? null : `risk ${risk}`, waits ? 'waits for approval' : null];
  return parts.filter((part) => part !== null && part !== '').join(' · ');
}

function Consumers({ change }: { change: CheckChange }) {
  if (change.impacts.length === 0) return null;
  return (
    <Disclosure summary={`${change.impacts.length} use${change.impacts.length === 1 ? '' : 's'} by consumers`}>
      <ul className="plain-list">
        {change.impacts.map((impact) => (
          <li key={`${impact.agent} ${impact.environment} ${impact.source} ${impact.reason}`}>
            <Text size="sm" className="breakable">
              <strong>
                <SafeText text={impact.agent} />
              </strong>{' '}
              in <SafeText text={impact.environment} />, {impact.source}: <SafeText text={impact.reason} />
              {impact.calls > 0 && ` (${impact.calls.toLocaleString()} calls)`}
            </Text>
          </li>
        ))}
      </ul>
    </Disclosure>
  );
}
