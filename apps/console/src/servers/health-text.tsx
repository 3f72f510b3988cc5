import { Text } from '@mantine/core';
import { outcomeLook } from '../display/looks.js';
import { Mark } from '../display/mark.js';
import { MomentText } from '../display/moment-text.js';

type HealthTextProps = { health: { outcome: string; at: string; latencyMs: number | null } | null };

/** The word of the newest finished inspection and how old it is. */
export function HealthText({ health }: HealthTextProps) {
  if (health === null) return <Text c="dimmed">not inspected yet</Text>;
  return (
    <span className="health">
      <Mark {...outcomeLook(health.outcome)} soft />
      <Text span size="sm" c="dimmed">
        <MomentText at={health.at} />
        {health.latencyMs !== null && ` · ${health.latencyMs} ms`}
      </Text>
    </span>
  );
}
