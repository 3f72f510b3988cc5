import { type Answer, type Attemptable, comparable, ghostOf, outcomeOf, send } from './attempt.js';
import { documentOf, servedSchema } from './graphql-documents.js';
import { LIVE_ROWS, tryLiveRow } from './live-rows.js';
import type { Caller, MatrixWorld } from './matrix-world.js';
import { MUTATION_ROWS } from './mutation-rows.js';
import { QUERY_ROWS } from './query-rows.js';
import { ROUTE_ROWS } from './route-rows.js';
import type { Ask, GraphqlRow } from './row.js';
import type { Target } from './targets.js';

/** One request that was made, with its answer. */
export type Attempt = { row: string; caller: Caller; ask: Ask; answer: Answer; outcome: string };

/** Everything that came out of one run. */
export type MatrixRun = {
  /** By row: one word per caller, in the order of the callers. */
  outcomes: Map<string, string[]>;
  attempts: Attempt[];
  /** What an event stream told, by caller. */
  heard: { caller: Caller; body: string }[];
  /** Outsiders who could tell what exists from what does not: one sentence each. */
  oracles: string[];
  faults: string[];
};

const AT_ONCE = 4;
const isWrite = ({ name }: Attemptable) => name.startsWith('Mutation.') || /^(POST|PUT|PATCH|DELETE) /.test(name);

/** Tries every row as every caller: what only reads first, then what changes things, then alone what changes the rules. */
export async function runMatrix(world: MatrixWorld): Promise<MatrixRun> {
  const run: MatrixRun = { outcomes: new Map(), attempts: [], heard: [], oracles: [], faults: [] };
  const rows = allRows();
  for (const { name } of rows) run.outcomes.set(name, []);
  const last = rows.filter(({ row }) => row.last);
  const rest = rows.filter(({ row }) => !row.last);
  await inParallel(
    AT_ONCE,
    rest.filter((row) => !isWrite(row)),
    (row) => tried(world, row, run),
  );
  await inParallel(AT_ONCE, rest.filter(isWrite), (row) => tried(world, row, run));
  await inParallel(1, last, (row) => tried(world, row, run));
  for (const [name, variables] of Object.entries(LIVE_ROWS)) {
    const words = await tryLiveRow(world, variables(world), (caller, body) => run.heard.push({ caller, body }));
    run.outcomes.set(name, words);
  }
  for (const words of run.outcomes.values()) ownOfOthers(world.callers, words);
  return run;
}

/**
 * What is done for another organization's administrator and not for everybody, is done with their own things: the spec looks
 * for ids and names of acme in every such answer.
 */
function ownOfOthers(callers: readonly Caller[], words: string[]): void {
  const rival = callers.findIndex(({ name }) => name === 'globex');
  if (words[rival] === 'ok' && words[0] !== 'ok') words[rival] = 'ok-own';
}

/** Queries, mutations and routes, ready to be tried. */
export function allRows(): Attemptable[] {
  const schema = servedSchema();
  const graphql = Object.entries({ ...QUERY_ROWS, ...MUTATION_ROWS }).map(([name, row]): Attemptable => {
    const query = documentOf(schema, name.split(' ')[0] ?? '');
    return { name, row, ask: (target, caller) => graphqlAsk(query, row, target, caller) };
  });
  const routes = Object.entries(ROUTE_ROWS).map(([name, row]): Attemptable => ({ name, row, ask: row.ask }));
  return [...graphql, ...routes];
}

function graphqlAsk(query: string, row: GraphqlRow, target: Target, caller: Caller): Ask {
  const variables = row.variables?.(target, caller) ?? {};
  return {
    method: 'POST',
    path: '/graphql',
    headers: { 'content-type': 'application/json' },
    body: { query, variables },
  };
}

/** A row that cannot be set up is a fault of its own, and the others are tried all the same. */
async function tried(world: MatrixWorld, one: Attemptable, run: MatrixRun): Promise<void> {
  await tryRow(world, one, run).catch((error: Error) =>
    run.faults.push(`${one.name} cannot be tried: ${error.message}`),
  );
}

async function tryRow(world: MatrixWorld, one: Attemptable, run: MatrixRun): Promise<void> {
  const make = one.row.target ?? (() => ({}));
  let target = await make(world);
  for (const caller of world.callers) {
    const { outcome, answer } = await attempt(world, one, run, { caller, target });
    run.outcomes.get(one.name)?.push(outcome);
    if (outcome === 'ok') {
      if (isWrite(one)) target = await make(world);
    } else if (caller.outsider && one.row.target && !one.row.toldTo?.includes(caller.name)) {
      await compareWithGhost(world, one, run, { caller, target, answer });
    }
  }
}

async function attempt(
  world: MatrixWorld,
  one: Attemptable,
  run: MatrixRun,
  { caller, target }: { caller: Caller; target: Target },
): Promise<{ outcome: string; answer: Answer }> {
  const ask = one.ask(target, caller);
  const answer = await send(world, caller, ask);
  let outcome = 'FAULT';
  try {
    outcome = outcomeOf(one, answer);
  } catch (error) {
    run.faults.push(`${caller.name}: ${(error as Error).message}`);
  }
  run.attempts.push({ row: one.name, caller, ask, answer, outcome });
  return { outcome, answer };
}

/** An outsider must not be able to tell a thing of the team from a thing that was never there. */
async function compareWithGhost(
  world: MatrixWorld,
  one: Attemptable,
  run: MatrixRun,
  { caller, target, answer }: { caller: Caller; target: Target; answer: Answer },
): Promise<void> {
  const ghost = ghostOf(target);
  const unreal = await attempt(world, one, run, { caller, target: ghost });
  const [real, other] = [comparable(answer, target), comparable(unreal.answer, ghost)];
  if (real !== other) run.oracles.push(`${one.name} as ${caller.name}\n  there: ${real}\n  not there: ${other}`);
}

async function inParallel<T>(atOnce: number, items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const lane = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}
