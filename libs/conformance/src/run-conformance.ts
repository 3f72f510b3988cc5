import type { ConformanceCase } from './case.js';
import { CASE_FILES } from './cases.catalogue.js';
import { type CaseGroup, type CaseOutcome, type CaseResult, type ConformanceReport, countsOf } from './conformance.js';
import { RegistryProbe, SERVERS } from './probe.js';
import { type ClientLimits, DEFAULT_LIMITS, type Fetch, RegistryClient } from './registry.client.js';
import { CaseEnded, type Verdict } from './verdict.js';
import { type WriteAccess, WriteStage } from './write-stage.js';

/** What to run against what. */
export type ConformanceOptions = {
  /** Everything before `/v0.1`. */
  registry: string;
  fetch: Fetch;
  /** Waits; between requests, and when the registry asks to slow down. */
  pause(ms: number): Promise<void>;
  userAgent: string;
  /** For reading. */
  token?: string | null;
  /** For publishing under `namespace`; without it nothing is written. */
  writing?: (WriteAccess & { token: string }) | null;
  only?: readonly CaseGroup[];
  limits?: Partial<ClientLimits>;
  /** Called after each case. */
  progress?(result: CaseResult): void;
};

/** Runs the cases one after the other. Never throws for anything the registry does. */
export async function runConformance(options: ConformanceOptions): Promise<ConformanceReport> {
  const registry = options.registry.replace(/\/+$/, '');
  const client = new RegistryClient({
    base: registry,
    fetch: options.fetch,
    pause: options.pause,
    token: options.token ?? null,
    publishToken: options.writing?.token ?? null,
    userAgent: options.userAgent,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
  });
  const probe = new RegistryProbe(client, registry);
  const stage = new WriteStage(probe, options.writing ?? null);
  const reachable = await probe.reaches(SERVERS);
  if (reachable !== null) return unreachable(registry, client.requests, reachable);
  const results: CaseResult[] = [];
  let undecided = false;
  try {
    const listed = await readsAs(() => probe.list());
    for (const { each, group } of chosen(options.only, listed)) {
      const { verdict, result } = await runCase(each, group, { probe, stage, listed });
      undecided ||= verdict.kind === 'cut-short' && each.level === 'must';
      results.push(result);
      options.progress?.(result);
    }
  } finally {
    await stage.cleanUp();
  }
  return reportOf({ registry, requests: client.requests, results, undecided });
}

const LIST_ANSWERS = 'shape.list-answers';

/** A list that cannot be read is never left out: whatever is skipped because of it would look like a yes. */
function chosen(
  only: readonly CaseGroup[] | undefined,
  listed: boolean,
): { each: ConformanceCase; group: CaseGroup }[] {
  const all = CASE_FILES.flatMap(({ group, cases }) => cases.map((each) => ({ each, group })));
  if (only === undefined) return all;
  return all.filter(({ each, group }) => only.includes(group) || (!listed && each.id === LIST_ANSWERS));
}

type Running = { probe: RegistryProbe; stage: WriteStage; listed: boolean };

async function runCase(
  each: ConformanceCase,
  group: CaseGroup,
  { probe, stage, listed }: Running,
): Promise<{ verdict: Verdict; result: CaseResult }> {
  probe.startTrail();
  const { id, level, sentence, source } = each;
  const verdict = unmet(each, stage, listed) ?? (await verdictOf(async () => each.run({ probe, stage })));
  const { reason } = verdict;
  const outcome = outcomeOf(verdict, level);
  return { verdict, result: { id, group, level, sentence, source, outcome, reason, evidence: probe.evidence() } };
}

function unmet({ needs = 'list' }: ConformanceCase, stage: WriteStage, listed: boolean): Verdict | null {
  if (needs === 'write' && !stage.open) return { kind: 'skipped', reason: 'No credentials for writing were given.' };
  if (needs === 'list' && !listed)
    return { kind: 'skipped', reason: 'The list cannot be read: see shape.list-answers.' };
  return null;
}

async function verdictOf(judge: () => Promise<Verdict>): Promise<Verdict> {
  try {
    return await judge();
  } catch (error) {
    if (error instanceof CaseEnded) return error.verdict;
    throw error;
  }
}

function outcomeOf({ kind }: Verdict, level: CaseResult['level']): CaseOutcome {
  if (kind === 'met') return 'pass';
  if (kind === 'skipped' || kind === 'cut-short') return 'skipped';
  return kind === 'violated' && level === 'must' ? 'fail' : 'warn';
}

async function readsAs(read: () => Promise<unknown>): Promise<boolean> {
  const verdict = await verdictOf(async () => {
    await read();
    return { kind: 'met', reason: '' };
  });
  return verdict.kind === 'met';
}

type Finished = { registry: string; requests: number; results: CaseResult[]; undecided: boolean };

const SAYS = {
  conformant: 'conforms to',
  not_conformant: 'does not conform to',
  undecided: 'could not be held against all of',
} as const;

function reportOf({ registry, requests, results, undecided }: Finished): ConformanceReport {
  const counts = countsOf(results);
  const conclusion = counts.fail > 0 ? 'not_conformant' : undecided ? 'undecided' : 'conformant';
  const warned = `${counts.warn} ${counts.warn === 1 ? 'warning' : 'warnings'}`;
  const told = `${counts.pass} passed, ${counts.fail} failed, ${warned}, ${counts.skipped} skipped`;
  const summary = `${registry} ${SAYS[conclusion]} the MCP Registry API v0.1: ${told}.`;
  return { registry, conclusion, summary, counts, requests, results };
}

function unreachable(registry: string, requests: number, reason: string): ConformanceReport {
  const summary = `${registry} did not answer: ${reason}`;
  return { registry, conclusion: 'unreachable', summary, counts: countsOf([]), requests, results: [] };
}
