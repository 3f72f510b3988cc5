import { Text } from '@mantine/core';
import { Disclosure } from '../display/disclosure.js';
import { JsonView } from '../display/json-view.js';
import { severityLook } from '../display/looks.js';
import { Mark } from '../display/mark.js';
import { SafeText } from '../display/safe-text.js';
import type { ChangeRow } from './server.js';

const order = ['breaking', 'dangerous', 'safe'];
const rank = (severity: string): number => {
  const place = order.indexOf(severity);
  return place === -1 ? order.length : place;
};

/** Changes, worst first. A witness is the proof: a value the one contract accepts and the other refuses. */
export function ChangeList({ changes }: { changes: readonly ChangeRow[] }) {
  const sorted = changes
    .map((change, place) => ({ change, place }))
    .sort((a, b) => rank(a.change.severity) - rank(b.change.severity) || a.place - b.place);
  return (
    <ul className="changes" aria-label="Changes, worst first">
      {sorted.map(({ change, place }) => (
        <li key={place} className="change">
          <Mark {...severityLook(change.severity)} soft />
          <div>
            <Text size="sm">
              <SafeText text={change.message} />
            </Text>
            <Text size="xs" c="dimmed" className="breakable">
              <code>
                <SafeText text={change.ruleId} />
              </code>
              {change.tool !== null && (
                <>
                  {' · '}
                  <code>
                    <SafeText text={change.tool} />
                  </code>
                </>
              )}
              {change.path !== '' && (
                <>
                  {' · '}
                  <code>
                    <SafeText text={change.path} />
                  </code>
                </>
              )}
              {change.risk !== '' && change.risk !== 'none' && (
                <>
                  {' · risk '}
                  <SafeText text={change.risk} />
                </>
              )}
            </Text>
            {change.witness !== null && change.witness !== undefined && (
              <Disclosure summary="Witness">
                <JsonView value={change.witness} label={`Witness of ${change.ruleId}`} />
              </Disclosure>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}
