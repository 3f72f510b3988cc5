import { Text } from '@mantine/core';
import type { GuardStatus } from '@rollcall/schema';
import { Disclosure } from '../display/disclosure.js';
import { isEmptyJson } from '../display/json-shape.js';
import { JsonView } from '../display/json-view.js';
import { guardLook } from '../display/looks.js';
import { Mark } from '../display/mark.js';
import { SafeText } from '../display/safe-text.js';

type Guard = { guard: string; status: GuardStatus; message: string; evidence: unknown };

/** Each condition of a transition as it was evaluated then: met, unmet or unknown, with its evidence. */
export function GuardList({ guards }: { guards: readonly Guard[] }) {
  if (guards.length === 0) return null;
  const met = guards.filter((guard) => guard.status === 'met').length;
  return (
    <div className="guards">
      <Text size="sm" fw={600}>
        {met} of {guards.length} {guards.length === 1 ? 'guard' : 'guards'} met
      </Text>
      <ul>
        {guards.map((guard) => (
          <li key={guard.guard} className="guard">
            <Mark {...guardLook(guard.status)} soft />
            <div>
              <Text size="sm">
                <SafeText text={guard.message} />
              </Text>
              <Text size="xs" c="dimmed" ff="monospace">
                <SafeText text={guard.guard} />
              </Text>
              {!isEmptyJson(guard.evidence) && (
                <Disclosure summary="Evidence">
                  <JsonView value={guard.evidence} label={`Evidence of ${guard.guard}`} />
                </Disclosure>
              )}
            </div>
          </li>
        ))}
      </ul>
    </div>
  );
}
