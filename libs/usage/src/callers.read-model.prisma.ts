import { Injectable } from '@nestjs/common';
import { DAY_MS } from '@rollcall/kernel';
import { Prisma, PrismaService } from '@rollcall/persistence';
import { UNKNOWN_SHAPE } from './usage-shape.records.prisma.js';

/** Who is asked about: the versions of a server, or an agent. */
export type CallersQuestion = {
  now: Date;
  /** Only who called within so many days. */
  windowDays: number;
  alias?: string;
  versions?: readonly string[];
  agentId?: string;
  environmentId?: string;
};

/** Calls of one agent to one tool of a server in one environment that were answered or tried; refused ones do not count. */
export type Caller = {
  agentId: string;
  environmentId: string;
  alias: string;
  tool: string;
  /** Sorted; those that were called. */
  versions: string[];
  /** Since the first one. */
  calls: number;
  /** To the hour. */
  firstCallAt: Date;
  lastCallAt: Date;
  /** What was sent within the window; null when some of the calls were not told apart. */
  shapes: { names: string[]; other: boolean; calls: number }[] | null;
};

type ShapeRow = Omit<Caller, 'versions' | 'firstCallAt' | 'lastCallAt' | 'shapes' | 'calls'> & {
  shape: string;
  names: string[];
  other: boolean;
  calls: number;
};

const MAX_ROWS = 10_000;

/** Who called what, since when, how often and with which arguments. */
@Injectable()
export class CallersReadModel {
  constructor(private readonly prisma: PrismaService) {}

  /** Callers within the window, at most 10,000, by agent, environment and tool. */
  async find(organizationId: string, question: CallersQuestion): Promise<Caller[]> {
    const since = new Date(question.now.getTime() - question.windowDays * DAY_MS);
    const which = condition(organizationId, question);
    const callers = await this.prisma.$queryRaw<Omit<Caller, 'shapes'>[]>`
      SELECT agent_id AS "agentId", environment_id AS "environmentId", alias, tool,
        array_agg(DISTINCT version ORDER BY version) AS versions, sum(ok + errors)::float8 AS calls,
        min(hour) FILTER (WHERE ok + errors > 0) AS "firstCallAt", max(hour) FILTER (WHERE ok + errors > 0) AS "lastCallAt"
      FROM usage_hours WHERE ${which}
      GROUP BY 1, 2, 3, 4
      HAVING max(hour) FILTER (WHERE ok + errors > 0) >= ${since}::timestamptz - interval '1 hour'
      ORDER BY 1, 2, 3, 4 LIMIT ${MAX_ROWS}`;
    const shapes = await this.prisma.$queryRaw<ShapeRow[]>`
      SELECT agent_id AS "agentId", environment_id AS "environmentId", alias, tool, shape, names, other, calls::float8 AS calls
      FROM usage_shapes WHERE ${which} AND last_seen_at >= ${since}
      ORDER BY 1, 2, 3, 4, shape LIMIT ${MAX_ROWS}`;
    const byCaller = groupBy(shapes);
    const isComplete = shapes.length < MAX_ROWS;
    return callers.map((caller) => ({ ...caller, shapes: isComplete ? shapesOf(byCaller.get(keyOf(caller))) : null }));
  }
}

function condition(organizationId: string, { alias, versions, agentId, environmentId }: CallersQuestion): Prisma.Sql {
  const all = [
    Prisma.sql`organization_id = ${organizationId}`,
    ...(alias === undefined ? [] : [Prisma.sql`alias = ${alias}`]),
    ...(versions === undefined ? [] : [Prisma.sql`version = ANY(${[...versions]}::text[])`]),
    ...(agentId === undefined ? [] : [Prisma.sql`agent_id = ${agentId}`]),
    ...(environmentId === undefined ? [] : [Prisma.sql`environment_id = ${environmentId}`]),
  ];
  return Prisma.join(all, ' AND ');
}

const keyOf = ({ agentId, environmentId, alias, tool }: Omit<ShapeRow, 'shape' | 'names' | 'other' | 'calls'>) =>
  JSON.stringify([agentId, environmentId, alias, tool]);

function groupBy(rows: readonly ShapeRow[]): Map<string, ShapeRow[]> {
  const groups = new Map<string, ShapeRow[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(row);
    else groups.set(keyOf(row), [row]);
  }
  return groups;
}

function shapesOf(rows: readonly ShapeRow[] | undefined): Caller['shapes'] {
  if (rows === undefined || rows.some(({ shape }) => shape === UNKNOWN_SHAPE)) return null;
  return rows.map(({ names, other, calls }) => ({ names, other, calls }));
}
