import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { compareContracts } from '@rollcall/compatibility';
import { buildContract, type RawOffer } from '@rollcall/contract';
import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';

const require = createRequire(import.meta.url);
const jsonSchemaDiff = require('json-schema-diff') as {
  diffSchemas(pair: { sourceSchema: JsonValue; destinationSchema: JsonValue }): Promise<{ removalsFound: boolean }>;
};
const apiSmartDiff = require('api-smart-diff') as {
  compareJsonSchema(before: JsonValue, after: JsonValue): { diffs: { type: string }[] };
};

type Fixture = {
  before: RawOffer;
  after: RawOffer;
  expect: { conclusion: string; path?: string };
};
/** One schema pair of the typed corpus, turned so that whoever holds `sub` is hurt when `sup` refuses something. */
type Case = { sub: JsonObject; sup: JsonObject; breaks: boolean; fixture: Fixture };
type Score = { correct: number; falseSafe: number; falseAlarm: number; failed: number };
type Judge = (one: Case) => Promise<boolean> | boolean;

/** What is dangerous is left out: the question to all three is only whether values are refused. */
function cases(): Case[] {
  const lines = readFileSync('test/contracts/typed-differences.jsonl', 'utf8').trim().split('\n');
  return lines.flatMap((line): Case[] => {
    const fixture = JSON.parse(line) as Fixture;
    const { conclusion } = fixture.expect;
    if (!['breaking', 'safe', 'noise'].includes(conclusion)) return [];
    const sides = (['inputSchema', 'outputSchema'] as const).flatMap((side) => {
      const [before, after] = [schemaOf(fixture.before, side), schemaOf(fixture.after, side)];
      if (before === null || after === null || JSON.stringify(before) === JSON.stringify(after)) return [];
      return [side === 'inputSchema' ? { sub: before, sup: after } : { sub: after, sup: before }];
    });
    return sides.map((side) => ({ ...side, breaks: conclusion === 'breaking', fixture }));
  });
}

function schemaOf(offer: RawOffer, side: 'inputSchema' | 'outputSchema'): JsonObject | null {
  const tool = offer.tools.find(isJsonObject);
  const schema = tool?.[side];
  return schema !== undefined && isJsonObject(schema) ? schema : null;
}

const JUDGES: Record<string, Judge> = {
  rollcall: ({ fixture }) => {
    const [base, head] = [buildContract(fixture.before).contract, buildContract(fixture.after).contract];
    return compareContracts(base, head).conclusion === 'breaking';
  },
  'json-schema-diff': async ({ sub, sup }) =>
    (await jsonSchemaDiff.diffSchemas({ sourceSchema: sub, destinationSchema: sup })).removalsFound,
  'api-smart-diff': ({ sub, sup }) =>
    apiSmartDiff.compareJsonSchema(sub, sup).diffs.some((diff) => diff.type === 'breaking'),
};

async function score(judge: Judge, all: readonly Case[]): Promise<Score> {
  const out: Score = { correct: 0, falseSafe: 0, falseAlarm: 0, failed: 0 };
  for (const one of all) {
    const answer = await answerOf(judge, one);
    if (answer === null) out.failed++;
    else if (answer === one.breaks) out.correct++;
    else if (one.breaks) out.falseSafe++;
    else out.falseAlarm++;
  }
  return out;
}

/** Null when it throws: a comparison that fails is no answer. */
async function answerOf(judge: Judge, one: Case): Promise<boolean | null> {
  try {
    return await judge(structuredClone(one));
  } catch {
    return null;
  }
}

async function cpuMsOf(all: readonly Case[], work: (one: Case) => unknown): Promise<number> {
  const before = process.cpuUsage();
  for (const one of all) await work(one);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Ours without witnesses, because neither of the others gives any. */
function bare({ fixture }: Case): void {
  const [base, head] = [buildContract(fixture.before).contract, buildContract(fixture.after).contract];
  compareContracts(base, head, { witnesses: false });
}

/** Both judges over the whole typed corpus, and their CPU time over the pairs they answer, by ours over the same. */
export async function judgePeers(): Promise<{ accuracy: Record<string, Score>; timeRatio: Record<string, number> }> {
  const all = cases();
  const accuracy: Record<string, Score> = {};
  const timeRatio: Record<string, number> = {};
  for (const [name, judge] of Object.entries(JUDGES)) {
    accuracy[name] = await score(judge, all);
    if (name === 'rollcall') continue;
    const answered: Case[] = [];
    for (const one of all) if ((await answerOf(judge, one)) !== null) answered.push(one);
    await cpuMsOf(answered, bare);
    const ours = await cpuMsOf(answered, bare);
    const theirs = await cpuMsOf(answered, judge);
    timeRatio[name] = Number((theirs / ours).toPrecision(3));
  }
  return { accuracy, timeRatio };
}
