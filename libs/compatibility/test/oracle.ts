import { Validator } from '@cfworker/json-schema';
import { buildContract } from '@rollcall/contract';
import type { JsonObject, JsonValue } from '@rollcall/kernel';
import fc from 'fast-check';
import { type Comparison, compareContracts } from '../src/index.js';
import { schemaChanges } from '../src/schema-changes.js';
import { valuesFor } from './boundary-values.js';
import { type MadePair, rooted, type SchemaPair, schemaPairs } from './schema-pairs.js';

/*
 * The judge of the comparison shares no code with it: values are composed from the constants of both schemas, another
 * implementation of JSON Schema decides which are valid, and one value that is valid on the side of the caller or reader
 * and not on the other disproves "safe".
 */
export type Side = 'input' | 'output';
export type Judge = (value: JsonValue) => boolean;

/** What a run counted. */
export type Tally = {
  pairs: number;
  unusable: number;
  identical: number;
  safe: number;
  dangerous: number;
  breaking: number;
  changes: number;
  proved: number;
  unprovedRules: Record<string, number>;
  values: number;
  slowestMs: number;
};

const DEFS = rooted(true)['$defs'] as JsonObject;

type Verdict = Pick<Comparison, 'conclusion' | 'changes'>;

/** The whole way over two contracts, or null when intake takes one of them for malformed. */
export function compareSchemas(side: Side, { base, head }: SchemaPair): Verdict | null {
  const offer = (value: JsonValue) =>
    buildContract({ tools: [{ name: 't', inputSchema: { type: 'object' }, [`${side}Schema`]: rooted(value) }] });
  const [one, two] = [offer(base), offer(head)];
  return one.issues.length + two.issues.length > 0 ? null : compareContracts(one.contract, two.contract);
}

/** The part that decides about values, without intake and digests: most of the time would go there. */
function compareBare(side: Side, { base, head }: SchemaPair): Verdict {
  const changes = schemaChanges({ tool: 't', side, base: rooted(base), head: rooted(head) });
  const worst = (['breaking', 'dangerous', 'safe'] as const).find((severity) =>
    changes.some((change) => change.severity === severity),
  );
  return { conclusion: worst ?? 'identical', changes };
}

/** Interprets the schema: for a handful of values that is much faster than compiling it. It writes into what it is given. */
function interpreterOf(value: JsonValue): Judge {
  const validator = new Validator(JSON.parse(JSON.stringify(rooted(value))), '2020-12', true);
  return (candidate) => validator.validate(candidate).valid;
}

/** One pair before the judge: throws with the pair and the value when a claim does not hold. */
function judge({ side, whole }: OracleRun, pair: MadePair, judgeOf: (schema: JsonValue) => Judge, tally: Tally): void {
  const startedAt = performance.now();
  const comparison = whole ? compareSchemas(side, pair) : compareBare(side, pair);
  tally.slowestMs = Math.max(tally.slowestMs, Math.round(performance.now() - startedAt));
  tally.pairs++;
  if (comparison === null) {
    tally.unusable++;
    return;
  }
  tally[comparison.conclusion]++;
  const judges = { base: judgeOf(pair.base), head: judgeOf(pair.head) };
  witnessesHold(pair, comparison, judges, tally);
  if (comparison.conclusion === 'safe' || comparison.conclusion === 'identical') safetyHolds(side, pair, judges, tally);
  if (comparison.conclusion === 'breaking' && mustNotBreak(side, pair))
    throw new Error(`Called breaking although it was made not to be: ${JSON.stringify({ side, ...pair, comparison })}`);
}

function mustNotBreak(side: Side, { origin }: MadePair): boolean {
  return origin === 'rewritten' || origin === (side === 'input' ? 'grown' : 'shrunk');
}

function witnessesHold(
  pair: SchemaPair,
  comparison: Verdict,
  judges: { base: Judge; head: Judge },
  tally: Tally,
): void {
  for (const change of comparison.changes) {
    if (change.severity !== 'breaking') continue;
    tally.changes++;
    if (!change.witness) {
      tally.unprovedRules[change.ruleId] = (tally.unprovedRules[change.ruleId] ?? 0) + 1;
      continue;
    }
    tally.proved++;
    const { value, validUnder, invalidUnder } = change.witness;
    if (!judges[validUnder](value) || judges[invalidUnder](value))
      throw new Error(`The witness does not hold: ${JSON.stringify({ ...pair, change })}`);
  }
}

function safetyHolds(side: Side, pair: SchemaPair, judges: { base: Judge; head: Judge }, tally: Tally): void {
  const [sub, sup] = side === 'input' ? [judges.base, judges.head] : [judges.head, judges.base];
  const values = valuesFor(pair, DEFS);
  tally.values += values.length;
  const disproof = values.find((value) => sub(value) && !sup(value));
  if (disproof !== undefined)
    throw new Error(`Called safe and disproved: ${JSON.stringify({ side, ...pair, disproof })}`);
}

function newTally(): Tally {
  const counts = { pairs: 0, unusable: 0, identical: 0, safe: 0, dangerous: 0, breaking: 0 };
  return { ...counts, changes: 0, proved: 0, unprovedRules: {}, values: 0, slowestMs: 0 };
}

/** What one run of the oracle is asked for: everything it does follows from these. */
export type OracleRun = {
  side: Side;
  pairs: number;
  seed: number;
  depth: number;
  hostileNames?: boolean;
  whole?: boolean;
};

/** Judges that many random pairs; the first one that fails is made small and thrown. */
export function runOracle(run: OracleRun, judgeOf: (schema: JsonValue) => Judge = interpreterOf): Tally {
  const tally = newTally();
  const made = schemaPairs({ depth: run.depth, hostileNames: run.hostileNames ?? false });
  const property = fc.property(made, (pair) => judge(run, pair, judgeOf, tally));
  fc.assert(property, { seed: run.seed, numRuns: run.pairs });
  return tally;
}

/** Pairs of one run of each side; together they are the 20,000 that every run of the tests judges. */
const PAIRS = 10_000;

/** `ORACLE_SEED` repeats a run, `ORACLE_PAIRS` makes it a search of hours, `ORACLE_DEPTH` nests the schemas deeper. */
export function oracleSettings(environment: Record<string, string | undefined>): {
  pairs: number;
  seed: number;
  depth: number;
  timeLimitMs: number;
} {
  const pairs = Number(environment['ORACLE_PAIRS'] ?? PAIRS);
  const seed = Number(environment['ORACLE_SEED'] ?? Date.now() % 2 ** 31);
  return { pairs, seed, depth: Number(environment['ORACLE_DEPTH'] ?? 1), timeLimitMs: 60_000 + 30 * pairs };
}

/** One line for whoever reads the log: how to repeat the run, and the share of breaking changes that were proved. */
export function reportOracle(side: Side, settings: { seed: number; depth: number }, tally: Tally): string {
  const share = ((100 * tally.proved) / Math.max(1, tally.changes)).toFixed(1);
  const again = `ORACLE_SEED=${settings.seed} ORACLE_DEPTH=${settings.depth}`;
  return `oracle ${side} ${again}: ${share} % of breaking changes proved ${JSON.stringify(tally)}\n`;
}
