import { describe, expect, it } from '@jest/globals';
import { canonicalJson, digestOf } from '@rollcall/contract';
import type { JsonObject } from '@rollcall/kernel';
import fc from 'fast-check';
import semver from 'semver';
import {
  type CompileInput,
  type CompileVersionState,
  compile,
  decideCall,
  indexPolicy,
  type PolicyQuarantine,
  type PolicyState,
  visibleTools,
  withKillList,
} from './index.js';

type Server = CompileInput['servers'][number];
type Version = Server['versions'][number];
type Agent = CompileInput['agents'][number];
type Grant = Agent['grants'][number];

const ALIASES = ['a', 'c-1'];
const TOOLS = ['x', 'y', '__proto__', 'constructor', '_z', 'a__x'];
const VERSIONS = ['1.0.0', '1.1.0', '1.10.0', '2.0.0-rc.1', '2.0.0', 'v3.0.0', 'nightly', '__proto__'];
const RANGES = ['*', '^1.0.0', '1.x || 2.x', '>=2.0.0-rc.0', '1.1.0', '2.0.0', 'nightly', '__proto__', '<1.0.0'];
const AGENTS = ['agt_1', 'agt_2', '__proto__'];
const STATES: CompileVersionState[] = [
  'draft',
  'in_review',
  'rejected',
  'staging',
  'canary',
  'active',
  'active',
  'deprecated',
  'decommissioned',
  'decommissioned',
];

const definitionOf = (name: string, annotations: JsonObject | null): JsonObject =>
  annotations === null ? { name } : { name, annotations };

const annotationsArb = fc.constantFrom<JsonObject | null>(null, { readOnlyHint: true }, { destructiveHint: false });
const contractArb = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...TOOLS), annotationsArb), { selector: ([name]) => name, maxLength: 4 })
  .map((tools): Version['contract'] => ({
    format: 'rollcall.contract.v1',
    digest: digestOf(tools),
    instructions: null,
    capabilities: {},
    members: tools.map(([name, annotations]) => {
      const definition = definitionOf(name, annotations);
      return { kind: 'tool', name, digest: digestOf(definition), definition };
    }),
  }));

const versionArb: fc.Arbitrary<Version> = fc
  .record({
    version: fc.constantFrom(...VERSIONS),
    state: fc.constantFrom(...STATES),
    quarantine: fc.oneof(
      { weight: 4, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: fc.constant({ reason: 'r' }) },
    ),
    contract: fc.option(contractArb, { freq: 6 }),
    endpoint: fc.option(fc.constant({ transport: 'stdio' as const, launcher: 'l' }), { freq: 6 }),
    approvals: fc.dictionary(fc.constantFrom('*', 'x', 'y'), fc.constantFrom('none' as const, 'human' as const), {
      noNullPrototype: true,
    }),
  })
  .map((version) => ({
    ...version,
    deprecation: null,
    decommission:
      version.state === 'decommissioned' ? { at: '2026-01-01T00:00:00Z', sunsetAt: null, successor: null } : null,
  }));

const serverArb: fc.Arbitrary<Server> = fc.record({
  alias: fc.constantFrom(...ALIASES),
  name: fc.constant('com.acme/server'),
  versions: fc.uniqueArray(versionArb, { selector: ({ version }) => version, minLength: 1, maxLength: 4 }),
});

const grantArb: fc.Arbitrary<Grant> = fc.record({
  id: fc.constantFrom('grt_1', 'grt_2', 'grt_3'),
  alias: fc.constantFrom(...ALIASES),
  versions: fc.constantFrom(...RANGES),
  tools: fc.uniqueArray(fc.constantFrom('*', '*', '*', ...TOOLS), { minLength: 1, maxLength: 3 }),
});

const inputArb: fc.Arbitrary<CompileInput> = fc
  .record({
    environment: fc.constantFrom({ name: 's', kind: 'staging' as const }, { name: 'p', kind: 'production' as const }),
    servers: fc.uniqueArray(serverArb, { selector: ({ alias }) => alias, minLength: 1 }),
    agents: fc.uniqueArray(
      fc.record({
        id: fc.constantFrom(...AGENTS),
        name: fc.constant<string>('agent'),
        tokens: fc.constant<Agent['tokens']>([]),
        grants: fc.array(grantArb, { minLength: 1, maxLength: 3 }),
      }),
      { selector: ({ id }) => id, minLength: 1, maxLength: 2 },
    ),
  })
  .map((input) => ({
    ...input,
    agents: input.agents.map((agent) => ({ ...agent, grants: meaningful(agent.grants, input) })),
  }));

/** Grants that name a version which the server does not have are an issue, tested elsewhere. */
function meaningful(grants: Grant[], input: { servers: Server[] }): Grant[] {
  return grants.filter(({ alias, versions }) => {
    const server = input.servers.find((candidate) => candidate.alias === alias);
    const known = server?.versions.some(({ version }) => version === versions);
    return server === undefined || known === true || semver.validRange(versions) !== null;
  });
}

function compiled(input: CompileInput): PolicyState {
  const result = compile(input);
  if (!result.ok) throw new Error(canonicalJson(result.error));
  return result.value;
}

const killArb: fc.Arbitrary<PolicyQuarantine[]> = fc.array(
  fc.record({
    alias: fc.constantFrom(...ALIASES),
    version: fc.option(fc.constantFrom(...VERSIONS)),
    tool: fc.option(fc.constantFrom(...TOOLS)),
    reason: fc.constant('kill'),
  }),
  { maxLength: 2 },
);

type Verdict = { code: string; version?: string; grant?: string };

/** The rules once more, as a person would read them from the snapshot: no maps, no compiler. */
function judge(input: CompileInput, kill: PolicyQuarantine[], question: { agent: string; name: string }): Verdict {
  const none = { code: 'TOOL_NOT_ALLOWED' };
  const production = input.environment.kind === 'production';
  const agent = input.agents.find(({ id }) => id === question.agent);
  const server = input.servers.find(({ alias }) => question.name.startsWith(`${alias}__`));
  if (agent === undefined || server === undefined) return none;
  const name = question.name.slice(server.alias.length + 2);
  const offers = (version: Version) => version.contract?.members.some((member) => member.name === name) ?? false;
  const gone = (version: Version) => production && version.state === 'decommissioned';
  const present = (version: Version) =>
    gone(version) ||
    (version.contract !== null &&
      version.endpoint !== null &&
      ['canary', 'active', 'deprecated', ...(production ? [] : ['staging'])].includes(version.state));
  const order = production
    ? ['active', 'deprecated', 'decommissioned']
    : ['active', 'deprecated', 'canary|staging', 'decommissioned'];
  const rank = (version: Version) => {
    const at = order.findIndex((states) => states.split('|').includes(version.state));
    return at < 0 ? 2 : at + (production && version.state === 'decommissioned' ? 1 : 0);
  };
  const higher = (a: Version, b: Version) => {
    const both = semver.valid(a.version) !== null && semver.valid(b.version) !== null;
    if (both) return semver.rcompare(a.version, b.version);
    return (
      Number(semver.valid(b.version) !== null) - Number(semver.valid(a.version) !== null) ||
      (a.version < b.version ? 1 : -1)
    );
  };
  const chosen = agent.grants
    .filter((grant) => grant.alias === server.alias)
    .flatMap((grant) => {
      const exact = server.versions.filter(({ version }) => version === grant.versions);
      const matching =
        exact.length > 0
          ? exact
          : server.versions.filter(
              (version) =>
                semver.valid(version.version) !== null &&
                semver.satisfies(version.version, grant.versions) &&
                !(production && version.state === 'canary'),
            );
      const best = matching.filter(present).sort((a, b) => rank(a) - rank(b) || higher(a, b))[0];
      const covers = best !== undefined && offers(best) && (grant.tools.includes('*') || grant.tools.includes(name));
      return covers ? [{ grant: grant.id, version: best }] : [];
    })
    .sort(
      (a, b) =>
        rank(a.version) - rank(b.version) ||
        (a.version === b.version ? 0 : higher(a.version, b.version)) ||
        (a.grant < b.grant ? -1 : 1),
    )[0];
  if (chosen === undefined) return none;
  const { version } = chosen;
  const killed = kill.some(
    (hold) =>
      hold.alias === server.alias && [null, version.version].includes(hold.version) && [null, name].includes(hold.tool),
  );
  if (killed || version.quarantine !== null) return { code: 'VERSION_QUARANTINED' };
  if (gone(version)) return { code: 'VERSION_DECOMMISSIONED' };
  const rule =
    new Map(Object.entries(version.approvals)).get(name) ?? new Map(Object.entries(version.approvals)).get('*') ?? null;
  const definition = version.contract?.members.find((member) => member.name === name)?.definition;
  if (rule === 'human' || (rule === null && definition?.['annotations'] === undefined))
    return { code: 'APPROVAL_REQUIRED' };
  return { code: 'ALLOW', version: version.version, grant: chosen.grant };
}

const NAMES = ALIASES.flatMap((alias) => TOOLS.map((tool) => `${alias}__${tool}`));

describe('policy invariants on random small snapshots', () => {
  it('decides every call as the rules read straight from the snapshot do', () => {
    const seen = new Map<string, number>();
    const property = fc.property(inputArb, killArb, (input, kill) => {
      const index = withKillList(indexPolicy(compiled(input)), kill);
      for (const agent of AGENTS) {
        for (const name of NAMES) {
          const decision = decideCall(index, agent, name);
          const verdict: Verdict = decision.allow
            ? { code: 'ALLOW', version: decision.version, grant: decision.grant }
            : { code: decision.code };
          expect({ agent, name, ...verdict }).toEqual({ agent, name, ...judge(input, kill, { agent, name }) });
          seen.set(verdict.code, (seen.get(verdict.code) ?? 0) + 1);
        }
      }
    });
    fc.assert(property, { numRuns: 400 });
    // The generator must reach every verdict, or the property says little.
    expect([...seen.keys()].sort()).toEqual([
      'ALLOW',
      'APPROVAL_REQUIRED',
      'TOOL_NOT_ALLOWED',
      'VERSION_DECOMMISSIONED',
      'VERSION_QUARANTINED',
    ]);
  });

  it('lists exactly the tools whose call is allowed or waits for an approval', () => {
    const property = fc.property(inputArb, killArb, (input, kill) => {
      const index = withKillList(indexPolicy(compiled(input)), kill);
      for (const agent of AGENTS) {
        const callable = NAMES.filter((name) => {
          const decision = decideCall(index, agent, name);
          return decision.allow || decision.code === 'APPROVAL_REQUIRED';
        });
        const listed = visibleTools(index, agent).map(({ name }) => name);
        expect(listed).toEqual(callable.sort());
      }
    });
    fc.assert(property, { numRuns: 300 });
  });

  it('compiles to the same bytes whatever the order of the snapshot', () => {
    const shuffle = <T>(list: T[], seed: number): T[] =>
      list
        .map((entry, i) => ({ entry, key: ((i + 1) * seed) % 7919 }))
        .sort((a, b) => a.key - b.key)
        .map(({ entry }) => entry);
    const property = fc.property(inputArb, fc.integer({ min: 1, max: 7918 }), (input, seed) => {
      const shuffled: CompileInput = {
        environment: input.environment,
        servers: shuffle(input.servers, seed).map((server) => ({
          ...server,
          versions: shuffle(server.versions, seed).map((version) => ({
            ...version,
            contract: version.contract && { ...version.contract, members: shuffle(version.contract.members, seed) },
          })),
        })),
        agents: shuffle(input.agents, seed).map((agent) => ({ ...agent, grants: shuffle(agent.grants, seed) })),
      };
      expect(JSON.stringify(compiled(shuffled))).toBe(JSON.stringify(compiled(input)));
      expect(canonicalJson(compiled(shuffled))).toBe(canonicalJson(compiled(input)));
    });
    fc.assert(property, { numRuns: 200 });
  });

  it('never allows more with a kill list than without', () => {
    const property = fc.property(inputArb, killArb, (input, kill) => {
      const open = indexPolicy(compiled(input));
      const killed = withKillList(open, kill);
      for (const agent of AGENTS) {
        for (const name of NAMES) {
          if (decideCall(killed, agent, name).allow) expect(decideCall(open, agent, name).allow).toBe(true);
        }
      }
    });
    fc.assert(property, { numRuns: 100 });
  });
});
