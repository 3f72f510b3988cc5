import { isJsonObject, type JsonObject } from '@rollcall/kernel';
import { explainEmpty, visibleTools } from '@rollcall/policy';
import type { ActivePolicy } from '../trust/active-policy.js';
import { META } from './protocol.js';

/** How long a caller may keep a list, in milliseconds: short, because a kill list must not wait for caches. */
const TTL_MS = 5_000;

/** Tells whether the live definition of a tool differs from its pin. */
export type DriftView = {
  readonly revision: number;
  isDrifted(alias: string, version: string, tool: string): boolean;
};

type Listed = { revision: number; modern: JsonObject; legacy: JsonObject };

/**
 * The tools an agent may call, as approved: definitions come from the bundle, never from the live server. A tool whose
 * calls would be refused for drift is not listed, so that what is listed is what can be called.
 */
export class ToolLists {
  readonly #lists = new WeakMap<ActivePolicy, Map<string, Listed>>();
  readonly #drift: DriftView;

  constructor(drift: DriftView) {
    this.#drift = drift;
  }

  /** The `tools/list` result for an agent, ready to be stamped for either era. */
  of(policy: ActivePolicy, agentId: string, isModern: boolean): JsonObject {
    const listed = this.#listed(policy, agentId);
    return isModern ? listed.modern : listed.legacy;
  }

  #listed(policy: ActivePolicy, agentId: string): Listed {
    let lists = this.#lists.get(policy);
    if (lists === undefined) {
      lists = new Map();
      this.#lists.set(policy, lists);
    }
    const known = lists.get(agentId);
    if (known !== undefined && known.revision === this.#drift.revision) return known;
    const { tools, ...rest } = this.#build(policy, agentId);
    const listed = {
      revision: this.#drift.revision,
      modern: { tools, ...rest, ttlMs: TTL_MS, cacheScope: 'private' },
      legacy: { tools: tools.map(sessionEraTool), ...rest },
    };
    lists.set(agentId, listed);
    return listed;
  }

  #build(policy: ActivePolicy, agentId: string): { tools: JsonObject[]; _meta?: JsonObject } {
    const granted = visibleTools(policy.index, agentId);
    const tools = granted.filter(({ alias, version, tool }) => !this.#drift.isDrifted(alias, version, tool));
    if (tools.length > 0) return { tools: tools.map(({ definition }) => definition) };
    const drifted = 'Every granted tool differs from its approved definition and is blocked until it is reviewed.';
    const reason = granted.length > 0 ? drifted : (explainEmpty(policy.index, agentId) ?? 'No tool is granted.');
    return { tools: [], _meta: { [META.empty]: { message: reason } } };
  }
}

/** Output schemas other than objects are new in 2026-07-28; session-era clients reject a whole list for one of them. */
function sessionEraTool(definition: JsonObject): JsonObject {
  const output = definition['outputSchema'];
  if (output === undefined || (isJsonObject(output) && output['type'] === 'object')) return definition;
  const { outputSchema: _newer, ...rest } = definition;
  return rest;
}
