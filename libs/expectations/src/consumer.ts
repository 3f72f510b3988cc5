import type { ToolUse } from './tool-use.js';

/** Where it is known from that somebody relies on a tool. */
export type ImpactSource = 'declared' | 'usage';

/** An agent and what it uses of one server in one environment. */
export type Consumer = {
  agentId: string;
  /** Slug. */
  agent: string;
  /** Name; null when the agent named none and may call the server in none. */
  environment: string | null;
  source: ImpactSource;
  tools: readonly ToolUse[];
  resources: readonly string[];
  prompts: readonly string[];
};

/** One consumer that breaking changes of one tool hit. Times are ISO 8601 in UTC. */
export type ConsumerImpact = {
  agentId: string;
  agent: string;
  /** Name; `*` for an agent that named none and may call the server in none. */
  environment: string;
  source: ImpactSource;
  /** Name in the base contract; `*` for a resource, a prompt or the server as a whole. */
  tool: string;
  /** Of the changes that hit it, sorted; an approval must cover every one. */
  fingerprints: string[];
  /** One sentence for a person. */
  reason: string;
  /** As gateways counted them, to the hour. */
  calls: number;
  firstCallAt: string | null;
  lastCallAt: string | null;
};
