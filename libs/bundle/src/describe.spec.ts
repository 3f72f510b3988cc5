import { describe, expect, it } from '@jest/globals';
import { digestOf } from '@rollcall/contract';
import type { PolicyState, PolicyVersion } from '@rollcall/policy';
import { describeBundle, diffStates, makeBundle } from './index.js';

const pinned = (text: string) => ({ digest: digestOf(text), definition: { name: text }, approval: 'none' as const });

const version = (parts: Partial<PolicyVersion> = {}): PolicyVersion => ({
  state: 'active',
  endpoint: { transport: 'streamable-http', url: 'https://ledger.example/mcp' },
  contractDigest: digestOf('contract'),
  tools: { pay: pinned('pay') },
  deprecation: null,
  ...parts,
});

function state(versions: Record<string, PolicyVersion>, parts: Partial<PolicyState> = {}): PolicyState {
  const tools = { ledger: { pay: { version: '1.0.0', grant: 'grt_1' } } };
  return {
    servers: { ledger: { name: 'com.acme/ledger', versions, tombstones: {} } },
    agents: { agt_1: { name: 'bookkeeper', tokens: [], tools } },
    quarantine: [],
    ...parts,
  };
}

describe('describeBundle', () => {
  it('counts what a bundle holds, versions from highest to lowest', () => {
    const stdio = { transport: 'stdio' as const, launcher: 'ledger' };
    const versions = {
      '1.9.0': version(),
      '1.10.0': version({ endpoint: stdio, tools: { a: { ...pinned('a'), approval: 'human' } } }),
    };
    const bundle = makeBundle({
      audience: { organization: 'acme', environment: 'production' },
      epoch: 1,
      serial: 2,
      previous: null,
      issuedAt: '2026-11-20T00:00:00Z',
      staleAfter: '2026-11-21T00:00:00Z',
      hardExpiresAt: '2026-11-22T00:00:00Z',
      state: state(versions),
    });
    const summary = describeBundle(bundle);
    expect(summary.features).toEqual(['approvals', 'launchers']);
    expect(summary.agents).toEqual([{ id: 'agt_1', name: 'bookkeeper', tokens: 0, tools: 1 }]);
    expect(summary.servers[0]?.versions).toEqual([
      { version: '1.10.0', state: 'active', tools: 1, approvals: 1, endpoint: 'stdio:ledger', sunsetAt: null },
      {
        version: '1.9.0',
        state: 'active',
        tools: 1,
        approvals: 0,
        endpoint: 'https://ledger.example/mcp',
        sunsetAt: null,
      },
    ]);
  });
});

describe('diffStates', () => {
  const messages = (before: PolicyState, after: PolicyState) => diffStates(before, after).map(({ message }) => message);
  const base = state({ '1.0.0': version() });

  it('finds nothing between equal states', () => {
    expect(diffStates(base, structuredClone(base))).toEqual([]);
  });

  it('says what came, what went and what changed', () => {
    const after = state(
      { '1.0.0': version({ state: 'deprecated' }), '2.0.0': version() },
      {
        agents: {
          agt_1: { name: 'bookkeeper', tokens: [], tools: { ledger: { pay: { version: '2.0.0', grant: 'grt_1' } } } },
          agt_2: { name: 'auditor', tokens: [], tools: {} },
        },
        quarantine: [{ alias: 'ledger', version: '1.0.0', tool: null, reason: 'Drift.' }],
      },
    );
    expect(messages(base, after)).toEqual([
      'agent agt_2 is new.',
      'grant agt_1 ledger__pay moves from version 1.0.0 to 2.0.0.',
      'quarantine ledger@1.0.0 * is new.',
      'version ledger@1.0.0 goes from active to deprecated.',
      'version ledger@2.0.0 is new.',
    ]);
    expect(messages(after, base)).toHaveLength(5);
  });

  it('names a pin or an approval rule that changed', () => {
    const repinned = state({ '1.0.0': version({ tools: { pay: { ...pinned('other'), approval: 'human' } } }) });
    expect(messages(base, repinned)).toEqual([
      'tool ledger@1.0.0 pay has another pinned definition, needs approval "human" instead of "none".',
    ]);
  });

  it('shows a version that becomes a tombstone, and a server that goes', () => {
    const tombstone = { sunsetAt: null, decommissionedAt: '2026-11-20T00:00:00Z', successor: null, tools: ['pay'] };
    const gone = state(
      {},
      { servers: { ledger: { name: 'com.acme/ledger', versions: {}, tombstones: { '1.0.0': tombstone } } } },
    );
    expect(messages(base, gone)).toEqual(['tombstone ledger@1.0.0 is new.', 'version ledger@1.0.0 is gone.']);
    expect(messages(base, { ...base, servers: {} })).toEqual([
      'server ledger is gone.',
      'version ledger@1.0.0 is gone.',
    ]);
  });
});
