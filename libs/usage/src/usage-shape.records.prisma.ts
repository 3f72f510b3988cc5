import { Injectable } from '@nestjs/common';
import { digestOf } from '@rollcall/contract';
import type { Tx } from '@rollcall/persistence';

type Counted = {
  agent: string;
  alias: string;
  version: string;
  tool: string;
  ok: number;
  errors: number;
  shapes?: { names: string[]; other: boolean; calls: number }[] | undefined;
};
type Row = {
  agent: string;
  alias: string;
  version: string;
  tool: string;
  shape: string;
  names: string[];
  other: boolean;
  calls: number;
};

/** Calls whose arguments were not told apart. */
export const UNKNOWN_SHAPE = '*';
/** An agent that calls one tool in more ways than this is not told apart any further. */
const MAX_SHAPES_PER_TOOL = 64;

/** How often which arguments were sent. */
@Injectable()
export class UsageShapeRecords {
  /** Adds the shapes of a report in one statement; calls without a shape are counted as unknown. */
  async add(
    tx: Tx,
    where: { organizationId: string; environmentId: string },
    report: { calls: readonly Counted[]; at: Date },
  ): Promise<void> {
    const rows = report.calls.flatMap(rowsOf);
    if (rows.length === 0) return;
    const { organizationId, environmentId } = where;
    await tx.$executeRaw`
      WITH given AS (
        SELECT agent, alias, version, tool, shape, array(SELECT jsonb_array_elements_text(names)) AS names, other, calls,
          row_number() OVER (PARTITION BY agent, alias, version, tool ORDER BY shape) AS place
        FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
          AS g(agent text, alias text, version text, tool text, shape text, names jsonb, other boolean, calls bigint)
      ), placed AS (
        SELECT g.*, shape = ${UNKNOWN_SHAPE} OR EXISTS (
          SELECT FROM usage_shapes s WHERE s.environment_id = ${environmentId} AND s.agent_id = g.agent AND s.alias = g.alias
            AND s.version = g.version AND s.tool = g.tool AND s.shape = g.shape
        ) OR place + (
          SELECT count(*) FROM usage_shapes s WHERE s.environment_id = ${environmentId} AND s.agent_id = g.agent
            AND s.alias = g.alias AND s.version = g.version AND s.tool = g.tool
        ) <= ${MAX_SHAPES_PER_TOOL}::int AS fits FROM given g
      ), kept AS (
        SELECT agent, alias, version, tool, CASE WHEN fits THEN shape ELSE ${UNKNOWN_SHAPE} END AS shape,
          CASE WHEN fits THEN names ELSE '{}' END AS names, CASE WHEN fits THEN other ELSE true END AS other, calls FROM placed
      )
      INSERT INTO usage_shapes (organization_id, environment_id, agent_id, alias, version, tool, shape, names, other, calls, first_seen_at, last_seen_at)
      SELECT ${organizationId}, ${environmentId}, agent, alias, version, tool, shape, min(names), bool_or(other), sum(calls), ${report.at}, ${report.at}
      FROM kept GROUP BY agent, alias, version, tool, shape
      ORDER BY agent, alias, version, tool, shape
      ON CONFLICT (environment_id, agent_id, alias, version, tool, shape)
      DO UPDATE SET calls = usage_shapes.calls + EXCLUDED.calls,
        first_seen_at = least(usage_shapes.first_seen_at, EXCLUDED.first_seen_at),
        last_seen_at = greatest(usage_shapes.last_seen_at, EXCLUDED.last_seen_at)`;
  }
}

function rowsOf(call: Counted): Row[] {
  const { agent, alias, version, tool } = call;
  const target = { agent, alias, version, tool };
  const shapes = call.shapes ?? [];
  const told = shapes.reduce((sum, one) => sum + one.calls, 0);
  const unknown = Math.max(0, call.ok + call.errors - told);
  const rows = shapes
    .filter((one) => one.calls > 0)
    .map(({ names, other, calls }) => {
      const sorted = [...new Set(names)].sort();
      return { ...target, shape: digestOf([other, ...sorted]).slice(7, 39), names: sorted, other, calls };
    });
  if (unknown === 0) return rows;
  return [...rows, { ...target, shape: UNKNOWN_SHAPE, names: [], other: true, calls: unknown }];
}
