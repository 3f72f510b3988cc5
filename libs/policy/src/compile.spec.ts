import { describe, expect, it } from '@jest/globals';
import { canonicalJson, digestOf, type Member, sha256Hex } from '@rollcall/contract';
import type { JsonObject } from '@rollcall/kernel';
import { type CompileInput, compile, type PolicyState } from './index.js';

type Server = CompileInput['servers'][number];
type Version = Server['versions'][number];
type Agent = CompileInput['agents'][number];

const READ_ONLY = { readOnlyHint: true };

function tool(name: string, extra: JsonObject = { annotations: READ_ONLY }): Member {
  const definition: JsonObject = { name, inputSchema: { type: 'object' }, ...extra };
  return { kind: 'tool', name, digest: digestOf(definition), definition };
}

function version(text: string, state: Version['state'], parts: Partial<Version> & { tools?: Member[] } = {}): Version {
  const { tools = [tool('read')], ...rest } = parts;
  const prompt: Member = { kind: 'prompt', name: 'greet', digest: digestOf('greet'), definition: { name: 'greet' } };
  return {
    version: text,
    state,
    quarantine: null,
    contract: {
      format: 'rollcall.contract.v1',
      digest: digestOf(text),
      instructions: null,
      capabilities: {},
      members: [...tools, prompt],
    },
    endpoint: { transport: 'streamable-http', url: `https://ledger.example/${text}` },
    approvals: {},
    deprecation: null,
    decommission: state === 'decommissioned' ? { at: '2026-10-01T00:00:00Z', sunsetAt: null, successor: null } : null,
    ...rest,
  };
}

function agent(versions: string, tools: string[] = ['*'], parts: Partial<Agent> = {}): Agent {
  const tokens = [{ sha256: sha256Hex('token'), expiresAt: null }];
  return {
    id: 'agt_1',
    name: 'bookkeeper',
    tokens,
    grants: [{ id: 'grt_1', alias: 'ledger', versions, tools }],
    ...parts,
  };
}

function input(versions: Version[], agents: Agent[], kind: 'staging' | 'production' = 'production'): CompileInput {
  const servers = [{ alias: 'ledger', name: 'com.acme/ledger', versions }];
  return { environment: { name: kind, kind }, servers, agents };
}

function compiled(snapshot: CompileInput): PolicyState {
  const result = compile(snapshot);
  if (!result.ok) throw new Error(canonicalJson(result.error));
  return result.value;
}

function issuesOf(snapshot: CompileInput): string[] {
  const result = compile(snapshot);
  return result.ok ? [] : result.error.map(({ code, path }) => `${code} ${path}`);
}

const STATES: Version['state'][] = [
  'draft',
  'in_review',
  'rejected',
  'staging',
  'canary',
  'active',
  'deprecated',
  'decommissioned',
];

function resolvedVersion(snapshot: CompileInput, name = 'read'): string | null {
  return compiled(snapshot).agents['agt_1']?.tools['ledger']?.[name]?.version ?? null;
}

describe('compile: what each environment contains', () => {
  const all = STATES.map((state, i) => version(`1.${i}.0`, state));
  const statesIn = (kind: 'staging' | 'production') => {
    const server = compiled(input(all, [], kind)).servers['ledger'];
    return {
      routable: Object.values(server?.versions ?? {}).map(({ state }) => state),
      tombstones: Object.keys(server?.tombstones ?? {}),
    };
  };

  it('routes staging environments to staging, canary, active and deprecated versions only', () => {
    expect(statesIn('staging')).toEqual({ routable: ['staging', 'canary', 'active', 'deprecated'], tombstones: [] });
  });

  it('routes production to canary, active and deprecated versions and keeps tombstones of decommissioned ones', () => {
    expect(statesIn('production')).toEqual({ routable: ['canary', 'active', 'deprecated'], tombstones: ['1.7.0'] });
  });

  it('does not route to a version without an endpoint or without an approved contract', () => {
    const versions = [version('1.0.0', 'active', { endpoint: null }), version('2.0.0', 'active', { contract: null })];
    const state = compiled(input(versions, [agent('*')]));
    expect(state.servers['ledger']?.versions).toEqual({});
    expect(state.agents['agt_1']?.tools).toEqual({});
  });

  it('pins tools and nothing else of a contract', () => {
    const state = compiled(input([version('1.0.0', 'active')], []));
    const pinned = state.servers['ledger']?.versions['1.0.0']?.tools;
    expect(Object.keys(pinned ?? {})).toEqual(['read']);
    expect(pinned?.['read']?.digest).toBe(tool('read').digest);
  });

  it('keeps a tombstone for a decommissioned version that has no endpoint any more', () => {
    const successor = { server: 'com.acme/ledger', version: '2.0.0', tools: {} };
    const decommission = { at: '2026-10-01T00:00:00Z', sunsetAt: '2026-09-30T00:00:00Z', successor };
    const gone = version('1.0.0', 'decommissioned', { endpoint: null, decommission });
    expect(compiled(input([gone], [])).servers['ledger']?.tombstones['1.0.0']).toEqual({
      sunsetAt: '2026-09-30T00:00:00Z',
      decommissionedAt: '2026-10-01T00:00:00Z',
      successor,
      tools: ['read'],
    });
  });

  it('writes a quarantine entry for held versions that are present, and none for drafts', () => {
    const held = { quarantine: { reason: 'drift' } };
    const state = compiled(input([version('1.0.0', 'active', held), version('2.0.0', 'draft', held)], []));
    expect(state.quarantine).toEqual([{ alias: 'ledger', version: '1.0.0', tool: null, reason: 'drift' }]);
  });

  it('announces a deprecation only while the version is deprecated', () => {
    const deprecation = { sunsetAt: '2027-01-01T00:00:00Z', successor: null, message: 'bye' };
    const versions = [version('1.0.0', 'active', { deprecation }), version('0.9.0', 'deprecated', { deprecation })];
    const server = compiled(input(versions, [])).servers['ledger'];
    expect(server?.versions['1.0.0']?.deprecation).toBeNull();
    expect(server?.versions['0.9.0']?.deprecation).toEqual(deprecation);
  });
});

describe('compile: approvals', () => {
  const approvalOf = (member: Member, approvals: Version['approvals']) =>
    compiled(input([version('1.0.0', 'active', { tools: [member], approvals })], [])).servers['ledger']?.versions[
      '1.0.0'
    ]?.tools[member.name]?.approval;

  it('needs a person for a destructive tool nobody ruled on, including one that says nothing about itself', () => {
    expect(approvalOf(tool('wipe', { annotations: { destructiveHint: true } }), {})).toBe('human');
    expect(approvalOf(tool('wipe', {}), {})).toBe('human');
    expect(approvalOf(tool('wipe', { annotations: { readOnlyHint: false } }), {})).toBe('human');
  });

  it('needs nobody for a tool that says it is read-only or not destructive', () => {
    expect(approvalOf(tool('read'), {})).toBe('none');
    expect(approvalOf(tool('append', { annotations: { destructiveHint: false } }), {})).toBe('none');
  });

  it('takes the reviewer at their word, the exact name before the wildcard', () => {
    expect(approvalOf(tool('wipe', {}), { '*': 'none' })).toBe('none');
    expect(approvalOf(tool('wipe', {}), { '*': 'none', wipe: 'human' })).toBe('human');
    expect(approvalOf(tool('read'), { '*': 'human' })).toBe('human');
  });

  it('does not take an inherited property for a decision about a tool called constructor', () => {
    expect(approvalOf(tool('constructor', {}), {})).toBe('human');
  });
});

describe('compile: which version a grant means', () => {
  const versions = [
    version('0.9.0', 'decommissioned'),
    version('1.0.0', 'deprecated'),
    version('1.2.0', 'active'),
    version('1.10.0', 'active'),
    version('1.11.0', 'canary'),
    version('1.12.0', 'staging'),
    version('2.0.0', 'deprecated'),
  ];
  const of = (range: string, kind: 'staging' | 'production' = 'production', some = versions) =>
    resolvedVersion(input(some, [agent(range)], kind));
  const without = (...states: Version['state'][]) => versions.filter(({ state }) => !states.includes(state));

  it('takes the highest active version in range, by semver and not by text', () => {
    expect(of('*')).toBe('1.10.0');
    expect(of('^1.0.0')).toBe('1.10.0');
    expect(of('<1.5.0')).toBe('1.2.0');
  });

  it('falls back to the highest deprecated version', () => {
    expect(of('*', 'production', without('active'))).toBe('2.0.0');
    expect(of('>=2')).toBe('2.0.0');
  });

  it('falls back to canary and staging in a staging environment only', () => {
    expect(of('>=1.11.0 <2', 'staging')).toBe('1.12.0');
    expect(of('>=1.11.0 <2', 'production')).toBeNull();
  });

  it('reaches a canary in production by its exact version', () => {
    expect(of('1.11.0')).toBe('1.11.0');
  });

  it('points to the tombstone when nothing else is in range', () => {
    expect(of('<1.0.0')).toBe('0.9.0');
    expect(of('0.9.0')).toBe('0.9.0');
    expect(of('<=1.0.0')).toBe('1.0.0');
  });

  it('gives nothing for a range that nothing satisfies, and nothing for an exact version that is not here', () => {
    expect(of('^7.0.0')).toBeNull();
    expect(of('1.0.0', 'production', [version('1.0.0', 'draft'), version('1.0.0+build', 'active')])).toBeNull();
  });

  it('grants a version that is not semver by its exact string and by no range', () => {
    const nightly = [version('nightly', 'active')];
    expect(of('nightly', 'production', nightly)).toBe('nightly');
    expect(of('*', 'production', nightly)).toBeNull();
  });

  it('expands * to the tools of the resolved version and drops names it does not offer', () => {
    const two = [version('1.0.0', 'active', { tools: [tool('read'), tool('write')] })];
    const tools = (names: string[]) =>
      Object.keys(compiled(input(two, [agent('*', names)])).agents['agt_1']?.tools['ledger'] ?? {});
    expect(tools(['*'])).toEqual(['read', 'write']);
    expect(tools(['write', 'wipe'])).toEqual(['write']);
    expect(tools([])).toEqual([]);
  });

  it('lets the better of two grants decide: state first, then version, then grant id', () => {
    const grant = (id: string, range: string) => ({ id, alias: 'ledger', versions: range, tools: ['*'] });
    const decide = (...grants: Agent['grants']) =>
      compiled(input(versions, [agent('*', ['*'], { grants })])).agents['agt_1']?.tools['ledger']?.['read'];
    expect(decide(grant('grt_1', '2.0.0'), grant('grt_2', '1.2.0'))).toEqual({ version: '1.2.0', grant: 'grt_2' });
    expect(decide(grant('grt_1', '1.2.0'), grant('grt_2', '1.10.0'))).toEqual({ version: '1.10.0', grant: 'grt_2' });
    expect(decide(grant('grt_2', '1.x'), grant('grt_1', '*'))).toEqual({ version: '1.10.0', grant: 'grt_1' });
  });

  it('ignores a grant on a server that is not in this environment', () => {
    const grants = [{ id: 'grt_1', alias: 'elsewhere', versions: 'nightly', tools: ['*'] }];
    expect(compiled(input([], [agent('*', ['*'], { grants })])).agents['agt_1']?.tools).toEqual({});
  });
});

describe('compile: issues', () => {
  const server = (alias: string): Server => ({ alias, name: `com.acme/${alias}`, versions: [] });
  const withServers = (...aliases: string[]): CompileInput => ({ ...input([], []), servers: aliases.map(server) });

  it('refuses aliases that could make an exposed name ambiguous or are not plain', () => {
    for (const alias of ['', '-a', 'A', 'a_b', 'a__b', 'a.b', 'a'.repeat(33), '__proto__', 'ä', 'a\n']) {
      expect(issuesOf(withServers(alias))).toEqual([`INVALID_ALIAS servers.${alias}`]);
    }
    expect(issuesOf(withServers('a', '0-9', 'a'.repeat(32)))).toEqual([]);
  });

  it('refuses an alias or a version that appears twice', () => {
    expect(issuesOf(withServers('a', 'b', 'a'))).toEqual(['DUPLICATE_ALIAS servers.a']);
    const twice = [version('1.0.0', 'active'), version('1.0.0', 'draft')];
    expect(issuesOf(input(twice, []))).toEqual(['DUPLICATE_VERSION servers.ledger.versions.1.0.0']);
  });

  it('refuses two tools with one exposed name', () => {
    const twice = version('1.0.0', 'active', { tools: [tool('read'), tool('read', { title: 'other' })] });
    const path = 'servers.ledger.versions.1.0.0.tools.read';
    expect(issuesOf(input([twice], []))).toEqual([`TOOL_NAME_COLLISION ${path}`]);
  });

  it('refuses what is neither a range nor a version', () => {
    const path = 'agents.agt_1.grants.grt_1';
    expect(issuesOf(input([], [agent('not a range')]))).toEqual([`INVALID_RANGE ${path}`]);
    expect(issuesOf(input([], [agent(`${'1'.repeat(300)}`)]))).toEqual([`INVALID_RANGE ${path}`]);
  });

  it('refuses an endpoint with credentials, because bundles carry no secrets', () => {
    const endpoint = { transport: 'streamable-http' as const, url: 'https://user:secret@ledger.example/' };
    const leaking = version('1.0.0', 'active', { endpoint });
    expect(issuesOf(input([leaking], []))).toEqual(['ENDPOINT_HAS_CREDENTIALS servers.ledger.versions.1.0.0']);
  });

  it('refuses a decommissioned version of which nobody recorded when', () => {
    const gone = version('1.0.0', 'decommissioned', { decommission: null });
    expect(issuesOf(input([gone], []))).toEqual(['DECOMMISSION_MISSING servers.ledger.versions.1.0.0']);
  });

  it('refuses tokens that are not hashes or do not say who calls, and agents that appear twice', () => {
    const raw = agent('*', ['*'], { tokens: [{ sha256: 'secret', expiresAt: null }] });
    expect(issuesOf(input([], [raw]))).toEqual(['INVALID_TOKEN_HASH agents.agt_1.tokens']);
    expect(issuesOf(input([], [agent('*'), agent('*', ['*'], { id: 'agt_2' })]))).toEqual([
      'DUPLICATE_TOKEN agents.agt_1.tokens',
      'DUPLICATE_TOKEN agents.agt_2.tokens',
    ]);
    const bare = { tokens: [] };
    expect(issuesOf(input([], [agent('*', ['*'], bare), agent('*', ['*'], bare)]))).toEqual([
      'DUPLICATE_AGENT agents.agt_1',
    ]);
  });

  it('reports all issues at once, whatever the order of the input', () => {
    const snapshot = { ...withServers('B', 'A', 'c', 'c'), agents: [agent('*')] };
    const expected = ['INVALID_ALIAS servers.A', 'INVALID_ALIAS servers.B', 'DUPLICATE_ALIAS servers.c'];
    expect(issuesOf(snapshot)).toEqual(expected);
    expect(issuesOf({ ...snapshot, servers: snapshot.servers.toReversed() })).toEqual(expected);
  });
});
