import { err, ok, type Result } from '@rollcall/kernel';
import { approvalFor } from './approval-rule.js';
import type { CompileInput, CompileVersionState } from './compile-input.js';
import { type CompileIssue, findIssues } from './compile-issues.js';
import type {
  PolicyAgent,
  PolicyGrant,
  PolicyQuarantine,
  PolicyServer,
  PolicyState,
  PolicyTombstone,
  PolicyTool,
  PolicyVersion,
} from './policy-state.js';
import { compareText, compareVersions, inRange } from './version-order.js';

type Kind = CompileInput['environment']['kind'];
type InputServer = CompileInput['servers'][number];
type InputVersion = InputServer['versions'][number];
type InputGrant = CompileInput['agents'][number]['grants'][number];
type RoutableState = PolicyVersion['state'];

/** Lifecycle states a gateway of each kind of environment may route to (domain language, "What each bundle contains"). */
const ROUTABLE: Record<Kind, readonly CompileVersionState[]> = {
  staging: ['staging', 'canary', 'active', 'deprecated'],
  production: ['canary', 'active', 'deprecated'],
};

/** A version that a range may resolve to; the lowest rank wins, then the highest version. */
const RANGE_RANK: Record<Kind, Partial<Record<RoutableState, number>>> = {
  staging: { active: 0, deprecated: 1, canary: 2, staging: 2 },
  // No canary: until populations are modelled, a canary in production reaches only those who name it exactly.
  production: { active: 0, deprecated: 1 },
};
const EXACT_ONLY_RANK = 2;
const TOMBSTONE_RANK = 3;

/**
 * Compiles one environment's policy. Pure and deterministic: the same snapshot in any order gives the same bytes through
 * `canonicalJson`. An unsound snapshot gives every issue and no policy.
 */
export function compile(input: CompileInput): Result<PolicyState, CompileIssue[]> {
  const issues = findIssues(input);
  if (issues.length > 0) return err(issues);
  const kind = input.environment.kind;
  const servers = record(input.servers.map((server) => [server.alias, compileServer(server, kind)]));
  const offers = new Map(input.servers.map((server) => [server.alias, offerOf(server, servers[server.alias], kind)]));
  const agents = record(input.agents.map((agent) => [agent.id, compileAgent(agent, offers)]));
  return ok({ servers, agents, quarantine: input.servers.flatMap((server) => holds(server, kind)).sort(compareHolds) });
}

function compileServer(server: InputServer, kind: Kind): PolicyServer {
  const versions: [string, PolicyVersion][] = [];
  const tombstones: [string, PolicyTombstone][] = [];
  for (const version of server.versions) {
    const routable = compileVersion(version, kind);
    if (routable !== null) versions.push([version.version, routable]);
    const tombstone = compileTombstone(version, kind);
    if (tombstone !== null) tombstones.push([version.version, tombstone]);
  }
  return { name: server.name, versions: record(versions), tombstones: record(tombstones) };
}

/** Null when this environment must not route to the version: wrong state, nowhere to send calls, or nothing approved to serve. */
function compileVersion(version: InputVersion, kind: Kind): PolicyVersion | null {
  if (!ROUTABLE[kind].includes(version.state)) return null;
  if (version.endpoint === null || version.contract === null) return null;
  const tools = version.contract.members.filter((member) => member.kind === 'tool');
  return {
    state: version.state as RoutableState,
    endpoint: version.endpoint,
    contractDigest: version.contract.digest,
    tools: record(
      tools.map(({ name, digest, definition }): [string, PolicyTool] => [
        name,
        { digest, definition, approval: approvalFor(version.approvals, name, definition) },
      ]),
    ),
    deprecation: version.state === 'deprecated' ? version.deprecation : null,
  };
}

function compileTombstone(version: InputVersion, kind: Kind): PolicyTombstone | null {
  if (kind !== 'production' || version.state !== 'decommissioned' || version.decommission === null) return null;
  const members = version.contract?.members ?? [];
  return {
    sunsetAt: version.decommission.sunsetAt,
    decommissionedAt: version.decommission.at,
    successor: version.decommission.successor,
    tools: members
      .filter((member) => member.kind === 'tool')
      .map((member) => member.name)
      .sort(compareText),
  };
}

function holds(server: InputServer, kind: Kind): PolicyQuarantine[] {
  return server.versions.flatMap(({ state, quarantine, version }) => {
    const present = ROUTABLE[kind].includes(state) || (kind === 'production' && state === 'decommissioned');
    if (quarantine === null || !present) return [];
    return [{ alias: server.alias, version, tool: null, reason: quarantine.reason }];
  });
}

function compareHolds(a: PolicyQuarantine, b: PolicyQuarantine): number {
  return compareText(a.alias, b.alias) || compareText(a.version ?? '', b.version ?? '');
}

type Resolved = { version: string; grant: string; rank: number; tools: string[] };

/** What grants on one alias can resolve to. */
type Offer = { known: ReadonlySet<string>; candidates: readonly Candidate[] };
type Candidate = { version: string; rank: number; byRange: boolean; tools: string[] };

function offerOf(server: InputServer, compiled: PolicyServer | undefined, kind: Kind): Offer {
  const routable = Object.entries(compiled?.versions ?? {}).map(([version, { state, tools }]) => {
    const rank = RANGE_RANK[kind][state];
    return { version, rank: rank ?? EXACT_ONLY_RANK, byRange: rank !== undefined, tools: Object.keys(tools) };
  });
  const gone = Object.entries(compiled?.tombstones ?? {}).map(([version, { tools }]) => {
    return { version, rank: TOMBSTONE_RANK, byRange: true, tools };
  });
  return { known: new Set(server.versions.map(({ version }) => version)), candidates: [...routable, ...gone] };
}

function compileAgent(agent: CompileInput['agents'][number], offers: ReadonlyMap<string, Offer>): PolicyAgent {
  const byAlias = new Map<string, Map<string, Resolved>>();
  for (const grant of agent.grants) {
    const resolved = resolveGrant(grant, offers.get(grant.alias));
    if (resolved === null) continue;
    const tools = byAlias.get(grant.alias) ?? new Map<string, Resolved>();
    byAlias.set(grant.alias, tools);
    for (const tool of grantedTools(resolved, grant)) {
      const current = tools.get(tool);
      if (current === undefined || compareResolved(resolved, current) < 0) tools.set(tool, resolved);
    }
  }
  const nonEmpty = [...byAlias].filter(([, tools]) => tools.size > 0);
  return {
    name: agent.name,
    tokens: agent.tokens
      .map(({ sha256, expiresAt }) => ({ sha256, expiresAt }))
      .sort((a, b) => compareText(a.sha256, b.sha256)),
    tools: record(nonEmpty.map(([alias, tools]) => [alias, record([...tools].map(toGrant))])),
  };
}

const toGrant = ([tool, { version, grant }]: [string, Resolved]): [string, PolicyGrant] => [tool, { version, grant }];

/** Several grants may cover one tool: the better state wins, then the higher version, then the lower grant id. */
function compareResolved(a: Resolved, b: Resolved): number {
  return a.rank - b.rank || compareVersions(b.version, a.version) || compareText(a.grant, b.grant);
}

function grantedTools(resolved: Resolved, grant: InputGrant): string[] {
  return grant.tools.includes('*') ? resolved.tools : resolved.tools.filter((tool) => grant.tools.includes(tool));
}

/** The one version a grant means here: the exact string when the server has it, else the best in range; null for nothing. */
function resolveGrant(grant: InputGrant, offer: Offer | undefined): Resolved | null {
  if (offer === undefined) return null;
  const matches = offer.known.has(grant.versions)
    ? ({ version }: Candidate) => version === grant.versions
    : ({ version, byRange }: Candidate) => byRange && inRange(version, grant.versions);
  const resolved = offer.candidates.filter(matches).map((candidate) => ({ ...candidate, grant: grant.id }));
  return resolved.sort(compareResolved)[0] ?? null;
}

/** `fromEntries` defines own properties, so that a tool called `__proto__` stays an entry; sorted for readers. */
function record<T>(entries: [string, T][]): Record<string, T> {
  return Object.fromEntries(entries.sort(([a], [b]) => compareText(a, b)));
}
