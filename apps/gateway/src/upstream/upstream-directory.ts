import type { NetworkPolicy } from '@rollcall/mcp-client';
import type { PolicyEndpoint } from '@rollcall/policy';
import { guardedPool } from './guarded-pool.js';
import { HttpUpstream } from './http-upstream.js';
import type { Launcher } from './launchers.reader.js';
import { StdioUpstream } from './stdio-upstream.js';
import { UPSTREAM_LIMITS, type Upstream, type UpstreamLimits, unavailable } from './upstream.js';

/** What the directory needs to reach servers. */
export type DirectoryParts = {
  network: NetworkPolicy;
  launchers: ReadonlyMap<string, Launcher>;
  limits?: UpstreamLimits;
};

/** The servers behind this gateway: one {@link Upstream} per endpoint, made on first use, dropped when no policy names it. */
export class UpstreamDirectory {
  readonly #parts: DirectoryParts;
  readonly #byKey = new Map<string, Upstream>();
  readonly #keys = new WeakMap<PolicyEndpoint, string>();

  constructor(parts: DirectoryParts) {
    this.#parts = parts;
  }

  /** The upstream of an endpoint; one that cannot be reached answers every call with the reason. */
  at(endpoint: PolicyEndpoint): Upstream {
    const key = this.#keyOf(endpoint);
    let upstream = this.#byKey.get(key);
    if (upstream === undefined) {
      upstream = this.#make(endpoint);
      this.#byKey.set(key, upstream);
    }
    return upstream;
  }

  /** Closes what the new policy no longer routes to. */
  async keepOnly(endpoints: Iterable<PolicyEndpoint>): Promise<void> {
    const kept = new Set([...endpoints].map((endpoint) => this.#keyOf(endpoint)));
    const dropped = [...this.#byKey].filter(([key]) => !kept.has(key));
    for (const [key] of dropped) this.#byKey.delete(key);
    await Promise.all(dropped.map(([, upstream]) => upstream.close()));
  }

  /** Closes everything. */
  close(): Promise<void> {
    return this.keepOnly([]);
  }

  #keyOf(endpoint: PolicyEndpoint): string {
    let key = this.#keys.get(endpoint);
    if (key === undefined) {
      key = endpoint.transport === 'stdio' ? `stdio ${endpoint.launcher}` : `http ${endpoint.url}`;
      this.#keys.set(endpoint, key);
    }
    return key;
  }

  #make(endpoint: PolicyEndpoint): Upstream {
    const limits = this.#parts.limits ?? UPSTREAM_LIMITS;
    if (endpoint.transport === 'stdio') {
      const launcher = this.#parts.launchers.get(endpoint.launcher);
      return launcher === undefined
        ? unreachable(`This gateway has no launcher called "${endpoint.launcher}".`)
        : new StdioUpstream(launcher, limits);
    }
    if (!URL.canParse(endpoint.url)) return unreachable('The registered URL of this server cannot be read.');
    const url = new URL(endpoint.url);
    const pool = guardedPool(url, this.#parts.network);
    return 'denied' in pool ? unreachable(pool.denied) : new HttpUpstream(pool, url.pathname + url.search, limits);
  }
}

function unreachable(message: string): Upstream {
  const reply = () => Promise.resolve(unavailable(message));
  return { call: reply, ask: reply, close: () => Promise.resolve() };
}
