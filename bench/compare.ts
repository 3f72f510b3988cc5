import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { compareContracts } from '@rollcall/compatibility';
import { buildContract, type Contract, canonicalJson } from '@rollcall/contract';
import { isJsonObject, type JsonValue } from '@rollcall/kernel';
import { contractOfRecord, RECORDED_SERVERS, recordedVersions } from '../test/contracts/recorded.js';
import { HOSTILE_PAIRS, hostileContract } from './hostile-schemas.fixture.js';
import { judgePeers } from './schema-diff-peers.fixture.js';

/**
 * The contract comparison over the recorded contracts of published servers, on one core and counted in CPU time of this
 * process, so that a busy machine does not decide. Reference: the same schema pairs through json-schema-diff.
 */
const ROUNDS = 7;
const LIMITS = { pairsPerSecond: 2_000, largestListMs: 20, largestListWithWitnessesMs: 1_000, hostileMs: 250 };
const HOSTILE_MEGABYTES = 64;

function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const rounded = (value: number): number => Number(value.toPrecision(3));

/** Every ordered pair of two versions of one server whose tools were all understood. */
function corpus(): { base: Contract; head: Contract }[] {
  return RECORDED_SERVERS.flatMap((server) => {
    const contracts = recordedVersions(server).map((record) => contractOfRecord(record).contract);
    return contracts.flatMap((base) => contracts.filter((head) => head !== base).map((head) => ({ base, head })));
  });
}

function toolPairs({ base, head }: { base: Contract; head: Contract }): number {
  const names = new Set(head.members.filter(({ kind }) => kind === 'tool').map(({ name }) => name));
  return base.members.filter(({ kind, name }) => kind === 'tool' && names.has(name)).length;
}

/** Pairs of tools of one name per second of CPU, without witnesses. */
function throughput(): { pairsPerSecond: number; pairs: number } {
  const pairs = corpus();
  const count = pairs.reduce((sum, pair) => sum + toolPairs(pair), 0);
  const run = (): number =>
    cpuMs(() => pairs.forEach(({ base, head }) => void compareContracts(base, head, { witnesses: false })));
  run();
  const rounds = Array.from({ length: ROUNDS }, run);
  return { pairsPerSecond: Math.round((count * 1000) / median(rounds)), pairs: count };
}

/** One list as large as the largest real ones: tools of all servers before and after, under names of their own. */
function largestList(): { base: Contract; head: Contract; bytes: number } {
  const steps = RECORDED_SERVERS.flatMap((server) => {
    const records = recordedVersions(server);
    return records.slice(1).map((head, index) => ({ server, base: records[index], head }));
  });
  const named = (tools: readonly JsonValue[], prefix: string): JsonValue[] =>
    tools.filter(isJsonObject).map((tool) => ({ ...tool, name: `${prefix}_${String(tool['name'])}` }));
  const offers = steps.map(({ server, base, head }) => {
    const prefix = `${server}_${head.version}`;
    return { base: named(base?.offer.tools ?? [], prefix), head: named(head.offer.tools, prefix) };
  });
  const [base, head] = (['base', 'head'] as const).map((side) => offers.flatMap((offer) => offer[side])) as [
    JsonValue[],
    JsonValue[],
  ];
  const contracts = [base, head].map((tools) => buildContract({ tools }).contract) as [Contract, Contract];
  return { base: contracts[0], head: contracts[1], bytes: canonicalJson(head).length };
}

function largest(): { bytes: number; tools: number; ms: number; withWitnessesMs: number } {
  const { base, head, bytes } = largestList();
  const timed = (witnesses: boolean): number =>
    median(Array.from({ length: ROUNDS }, () => cpuMs(() => void compareContracts(base, head, { witnesses }))));
  // the first one with witnesses compiles every schema; later ones find some of them compiled
  const withWitnessesMs = cpuMs(() => void compareContracts(base, head));
  return { bytes, tools: head.members.length, ms: rounded(timed(false)), withWitnessesMs: rounded(withWitnessesMs) };
}

type Hostile = { name: string; ms: number; conclusion: string; undecided: boolean };

/** In this process: every hostile pair once, with all other code already loaded. */
function runHostile(witnesses: boolean): Hostile[] {
  return HOSTILE_PAIRS.flatMap(({ name, make }) =>
    (['input', 'output'] as const).map((side) => {
      const [base, head] = [hostileContract(side, make('number')), hostileContract(side, make('integer'))];
      let changes: ReturnType<typeof compareContracts> | undefined;
      const ms = cpuMs(() => {
        changes = compareContracts(base, head, { witnesses });
      });
      const undecided = changes?.changes.some((change) => change.ruleId.endsWith('_UNDECIDED')) ?? false;
      return { name: `${name} ${side}`, ms: Math.round(ms), conclusion: changes?.conclusion ?? 'none', undecided };
    }),
  );
}

/** In a child with 64 MB of heap: a comparison that needs more than that ends the child and this bench. */
function hostile(witnesses: boolean): { slowestMs: number; slowest: string; never: string[] } {
  const flags = [`--max-old-space-size=${HOSTILE_MEGABYTES}`, import.meta.filename, 'hostile', String(witnesses)];
  const out = execFileSync(process.execPath, flags, { encoding: 'utf8', maxBuffer: 1_000_000, timeout: 120_000 });
  const results = JSON.parse(out) as Hostile[];
  const slowest = results.reduce((worst, each) => (each.ms > worst.ms ? each : worst));
  return {
    slowestMs: slowest.ms,
    slowest: slowest.name,
    never: results.filter(({ conclusion }) => conclusion === 'identical').map(({ name }) => name),
  };
}

async function main(): Promise<void> {
  const peers = await judgePeers();
  const speed = throughput();
  const list = largest();
  const bounded = { withoutWitnesses: hostile(false), withWitnesses: hostile(true) };
  const result = {
    bench: 'compare',
    ratio: peers.timeRatio['json-schema-diff'],
    reference: 'json-schema-diff over the pairs of the typed corpus that it answers',
    unit: 'CPU time of its comparison / CPU time of ours without witnesses, same pairs',
    ...speed,
    largestList: list,
    hostile: { megabytes: HOSTILE_MEGABYTES, ...bounded },
    accuracy: peers.accuracy,
    timeRatio: peers.timeRatio,
    limits: LIMITS,
    machine: { cpus: cpus().length, memoryGigabytes: Math.round(totalmem() / 2 ** 30), node: process.versions.node },
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
  const kept =
    speed.pairsPerSecond >= LIMITS.pairsPerSecond &&
    list.ms < LIMITS.largestListMs &&
    list.withWitnessesMs < LIMITS.largestListWithWitnessesMs &&
    bounded.withoutWitnesses.slowestMs < LIMITS.hostileMs;
  if (!kept) process.exitCode = 1;
}

if (process.argv[2] === 'hostile') process.stdout.write(JSON.stringify(runHostile(process.argv[3] === 'true')));
else await main();
