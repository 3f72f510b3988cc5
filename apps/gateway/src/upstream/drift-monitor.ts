import { setTimeout as delay } from 'node:timers/promises';
import { buildContract } from '@rollcall/contract';
import type { JsonObject, JsonValue } from '@rollcall/kernel';
import type { AllowedCall, IndexedVersion, PolicyIndex } from '@rollcall/policy';
import type { DriftGate } from '../mcp/tool-call.js';
import type { DriftView } from '../mcp/tool-list.js';
import type { Drift } from '../report/status-reporter.js';
import type { UpstreamDirectory } from './upstream-directory.js';

/** What the monitor needs; times in milliseconds. */
export type DriftParts = {
  upstreams: UpstreamDirectory;
  changed: () => void;
  everyMs: number;
  /** How long a first call waits for the first comparison. */
  patienceMs: number;
};

type Watch = {
  key: string;
  alias: string;
  name: string;
  version: IndexedVersion;
  /** tool -> live digest, null when the server does not have the tool. */
  drifted: ReadonlyMap<string, string | null>;
  first: Promise<void> | null;
};

const MAX_PAGES = 64;
const AT_ONCE = 4;

/**
 * Compares what servers offer with what was approved, in the background: at activation, then periodically. The first call
 * of a version waits for its first comparison. A server that cannot be listed keeps its last verdict; the approved
 * definition is what callers see in every case.
 */
export class DriftMonitor implements DriftView, DriftGate {
  readonly #parts: DriftParts;
  #watches = new Map<string, Watch>();
  #revision = 0;
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;

  constructor(parts: DriftParts) {
    this.#parts = parts;
  }

  get revision(): number {
    return this.#revision;
  }

  start(): void {
    this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  /** Watches the versions of a policy that some agent may call; verdicts of unchanged versions are kept. */
  follow(index: PolicyIndex): void {
    const next = new Map<string, Watch>();
    for (const { alias, name, version } of callable(index)) {
      const key = `${version.contractDigest} ${JSON.stringify(version.endpoint)}`;
      const at = placeOf(alias, name);
      const known = this.#watches.get(at);
      next.set(
        at,
        known?.key === key ? { ...known, version } : { key, alias, name, version, drifted: new Map(), first: null },
      );
    }
    this.#watches = next;
    this.#revision++;
    void this.#compareAll([...next.values()].filter((watch) => watch.first === null));
  }

  isDrifted(alias: string, version: string, tool: string): boolean {
    return this.#watches.get(placeOf(alias, version))?.drifted.has(tool) === true;
  }

  async check(call: AllowedCall): Promise<'in_sync' | 'drifted'> {
    const watch = this.#watches.get(placeOf(call.alias, call.version));
    if (watch === undefined) return 'in_sync';
    if (watch.first === null || !DONE.has(watch.first)) await this.#patiently(this.#first(watch));
    return watch.drifted.has(call.tool) ? 'drifted' : 'in_sync';
  }

  /** All drift known now. */
  report(): Drift[] {
    return [...this.#watches.values()].flatMap(({ alias, name, version, drifted }) =>
      [...drifted].map(([tool, seen]) => {
        const pinned = version.tools.get(tool)?.digest ?? '';
        return { alias, version: name, tool, seen, pinned };
      }),
    );
  }

  async #patiently(first: Promise<void>): Promise<void> {
    const patience = new AbortController();
    const limit = delay(this.#parts.patienceMs, undefined, { signal: patience.signal }).catch(() => undefined);
    await Promise.race([first, limit]);
    patience.abort();
  }

  #first(watch: Watch): Promise<void> {
    watch.first ??= this.#compare(watch).finally(() => {
      if (watch.first !== null) DONE.add(watch.first);
    });
    return watch.first;
  }

  #schedule(): void {
    const jittered = this.#parts.everyMs * (0.75 + Math.random() / 2);
    this.#timer = setTimeout(() => {
      void this.#compareAll([...this.#watches.values()]).then(() => {
        if (!this.#stopped) this.#schedule();
      });
    }, jittered);
  }

  async #compareAll(watches: Watch[]): Promise<void> {
    const queue = [...watches];
    const work = async () => {
      for (let watch = queue.shift(); watch !== undefined && !this.#stopped; watch = queue.shift()) {
        await (watch.first === null ? this.#first(watch) : this.#compare(watch));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  async #compare(watch: Watch): Promise<void> {
    const live = await this.#liveTools(watch.version);
    if (live === null) return;
    const digests = new Map(buildContract({ tools: live }).contract.members.map(({ name, digest }) => [name, digest]));
    const drifted = new Map<string, string | null>();
    for (const [tool, { digest }] of watch.version.tools) {
      if (digests.get(tool) !== digest) drifted.set(tool, digests.get(tool) ?? null);
    }
    if (isSame(drifted, watch.drifted)) return;
    watch.drifted = drifted;
    this.#revision++;
    this.#parts.changed();
  }

  /** All pages of the live list; null when it cannot be read. */
  async #liveTools(version: IndexedVersion): Promise<JsonValue[] | null> {
    const tools: JsonValue[] = [];
    let params: JsonObject = {};
    for (let page = 0; page < MAX_PAGES; page++) {
      const reply = await this.#parts.upstreams.at(version.endpoint).ask('tools/list', params);
      if (reply.kind !== 'result' || !Array.isArray(reply.result['tools'])) return null;
      tools.push(...reply.result['tools']);
      const cursor = reply.result['nextCursor'];
      if (typeof cursor !== 'string') return tools;
      params = { cursor };
    }
    return null;
  }
}

/** First comparisons that are over, so that calls after them do not wait a turn. */
const DONE = new WeakSet<Promise<void>>();

const placeOf = (alias: string, version: string) => `${alias}\n${version}`;

function isSame(a: ReadonlyMap<string, string | null>, b: ReadonlyMap<string, string | null>): boolean {
  return a.size === b.size && [...a].every(([tool, seen]) => b.get(tool) === seen && b.has(tool));
}

function* callable(index: PolicyIndex): Generator<{ alias: string; name: string; version: IndexedVersion }> {
  const seen = new Set<string>();
  for (const { tools } of index.agents.values()) {
    for (const [alias, granted] of tools) {
      for (const { version: name } of granted.values()) {
        const version = index.servers.get(alias)?.versions.get(name);
        if (version === undefined || seen.has(placeOf(alias, name))) continue;
        seen.add(placeOf(alias, name));
        yield { alias, name, version };
      }
    }
  }
}
