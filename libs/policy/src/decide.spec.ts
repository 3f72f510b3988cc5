import { describe, expect, it } from '@jest/globals';
import { digestOf, sha256Hex } from '@rollcall/contract';
import {
  authenticateAgent,
  decideCall,
  explainCall,
  explainEmpty,
  indexPolicy,
  type PolicyState,
  parseExposedName,
  visibleTools,
  withKillList,
} from './index.js';

const NOW = new Date('2026-11-20T12:00:00Z');
const successor = { server: 'com.acme/ledger', version: '2.0.0', tools: { pay: 'transfer' } };
const definition = { name: 'pay', description: 'Pays.', _meta: { vendor: 1, 'dev.rollcall/deprecation': 'forged' } };
const pinned = { digest: digestOf(definition), definition, approval: 'none' as const };

const STATE: PolicyState = {
  servers: {
    ledger: {
      name: 'com.acme/ledger',
      versions: {
        '2.0.0': {
          state: 'active',
          endpoint: { transport: 'streamable-http', url: 'https://ledger.example/mcp' },
          contractDigest: digestOf('2'),
          tools: { transfer: { ...pinned, definition: { name: 'transfer' } }, wipe: { ...pinned, approval: 'human' } },
          deprecation: null,
        },
        '1.5.0': {
          state: 'deprecated',
          endpoint: { transport: 'stdio', launcher: 'ledger' },
          contractDigest: digestOf('1.5'),
          tools: { pay: pinned },
          deprecation: { sunsetAt: '2027-01-01T00:00:00Z', successor, message: 'Use 2.0.0.' },
        },
      },
      tombstones: {
        '1.0.0': {
          sunsetAt: '2026-09-30T00:00:00Z',
          decommissionedAt: '2026-10-01T08:00:00Z',
          successor,
          tools: ['pay'],
        },
      },
    },
  },
  agents: {
    agt_new: {
      name: 'new',
      tokens: [
        { sha256: sha256Hex('forever'), expiresAt: null },
        { sha256: sha256Hex('short'), expiresAt: '2026-11-20T12:00:01Z' },
        { sha256: sha256Hex('over'), expiresAt: '2026-11-20T12:00:00Z' },
        { sha256: sha256Hex('damaged'), expiresAt: 'soon' },
      ],
      tools: {
        ledger: { transfer: { version: '2.0.0', grant: 'grt_1' }, wipe: { version: '2.0.0', grant: 'grt_1' } },
      },
    },
    agt_mid: { name: 'mid', tokens: [], tools: { ledger: { pay: { version: '1.5.0', grant: 'grt_2' } } } },
    agt_old: { name: 'old', tokens: [], tools: { ledger: { pay: { version: '1.0.0', grant: 'grt_3' } } } },
    agt_none: { name: 'none', tokens: [], tools: {} },
  },
  quarantine: [],
};
const index = indexPolicy(STATE);
const held = (version: string | null, tool: string | null) => [{ alias: 'ledger', version, tool, reason: 'Drift.' }];

describe('decideCall', () => {
  it('gives a gateway all it needs to route an allowed call', () => {
    expect(decideCall(index, 'agt_new', 'ledger__transfer')).toEqual({
      allow: true,
      alias: 'ledger',
      server: 'com.acme/ledger',
      version: '2.0.0',
      tool: 'transfer',
      endpoint: { transport: 'streamable-http', url: 'https://ledger.example/mcp' },
      pin: pinned.digest,
      definition: { name: 'transfer' },
      grant: 'grt_1',
      deprecation: null,
    });
  });

  it('still allows a deprecated version and says what to use instead, under its new tool name', () => {
    expect(decideCall(index, 'agt_mid', 'ledger__pay')).toMatchObject({
      allow: true,
      deprecation: {
        sunsetAt: '2027-01-01T00:00:00Z',
        successor: { server: 'com.acme/ledger', version: '2.0.0', tool: 'transfer' },
        message: 'Use 2.0.0.',
      },
    });
  });

  it('refuses a decommissioned version with its successor and sunset', () => {
    expect(decideCall(index, 'agt_old', 'ledger__pay')).toEqual({
      allow: false,
      code: 'VERSION_DECOMMISSIONED',
      message: 'com.acme/ledger 1.0.0 was decommissioned on 2026-10-01; use transfer of com.acme/ledger 2.0.0 instead.',
      server: 'com.acme/ledger',
      version: '1.0.0',
      tool: 'pay',
      successor: { server: 'com.acme/ledger', version: '2.0.0', tool: 'transfer' },
      sunsetAt: '2026-09-30T00:00:00Z',
    });
  });

  it('refuses a tool that needs a person, naming it', () => {
    const refused = { allow: false, code: 'APPROVAL_REQUIRED', version: '2.0.0', tool: 'wipe' };
    expect(decideCall(index, 'agt_new', 'ledger__wipe')).toMatchObject(refused);
  });

  it('answers the same for a tool that exists, one that does not, a held one, and an unknown agent', () => {
    const heldIndex = withKillList(index, held(null, null));
    const shape = (agent: string, name: string) => {
      const decision = decideCall(heldIndex, agent, name);
      return JSON.stringify(decision).replaceAll(name, 'NAME');
    };
    const expected = shape('agt_none', 'ledger__nothing');
    expect(JSON.parse(expected)).toEqual({ allow: false, code: 'TOOL_NOT_ALLOWED', message: expect.any(String) });
    for (const name of ['ledger__pay', 'ledger__transfer', 'nobody__x', 'plain', '', '__', 'ledger__', '__proto__']) {
      expect(shape('agt_none', name === '' ? 'NAME' : name)).toBe(expected);
      expect(shape('agt_unknown', name === '' ? 'NAME' : name)).toBe(expected);
    }
  });

  it('puts a hold before a tombstone and before an approval', () => {
    const killed = withKillList(index, held(null, null));
    for (const [agent, name] of [
      ['agt_old', 'ledger__pay'],
      ['agt_new', 'ledger__wipe'],
      ['agt_new', 'ledger__transfer'],
    ] as const) {
      expect(decideCall(killed, agent, name)).toMatchObject({ allow: false, code: 'VERSION_QUARANTINED' });
    }
  });

  it('limits a hold to its version and tool', () => {
    const code = (version: string | null, tool: string | null, agent: string, name: string) => {
      const decision = decideCall(withKillList(index, held(version, tool)), agent, name);
      return decision.allow ? 'ALLOW' : decision.code;
    };
    expect(code('2.0.0', null, 'agt_new', 'ledger__transfer')).toBe('VERSION_QUARANTINED');
    expect(code('2.0.0', null, 'agt_mid', 'ledger__pay')).toBe('ALLOW');
    expect(code(null, 'pay', 'agt_mid', 'ledger__pay')).toBe('VERSION_QUARANTINED');
    expect(code(null, 'pay', 'agt_new', 'ledger__transfer')).toBe('ALLOW');
    expect(code('2.0.0', 'wipe', 'agt_new', 'ledger__transfer')).toBe('ALLOW');
  });

  it('enforces the bundle’s own quarantine, which a later empty kill list does not lift', () => {
    const quarantined = withKillList(indexPolicy({ ...STATE, quarantine: held('2.0.0', null) }), []);
    expect(decideCall(quarantined, 'agt_new', 'ledger__transfer')).toMatchObject({ code: 'VERSION_QUARANTINED' });
  });

  it('replaces an earlier kill list by a later one', () => {
    const lifted = withKillList(withKillList(index, held(null, null)), []);
    expect(decideCall(lifted, 'agt_new', 'ledger__transfer').allow).toBe(true);
  });

  it('grants nothing for a grant without a pin, should one ever be signed', () => {
    const tools = { ledger: { ghost: { version: '2.0.0', grant: 'g' }, lost: { version: '9.9.9', grant: 'g' } } };
    const broken = indexPolicy({ ...STATE, agents: { agt_x: { name: 'x', tokens: [], tools } } });
    expect(decideCall(broken, 'agt_x', 'ledger__ghost')).toMatchObject({ code: 'TOOL_NOT_ALLOWED' });
    expect(decideCall(broken, 'agt_x', 'ledger__lost')).toMatchObject({ code: 'TOOL_NOT_ALLOWED' });
    expect(visibleTools(broken, 'agt_x')).toEqual([]);
  });
});

describe('parseExposedName', () => {
  it('splits at the first double underscore, because an alias has no underscore', () => {
    expect(parseExposedName('a__b__c')).toEqual({ alias: 'a', tool: 'b__c' });
    expect(parseExposedName('a___b')).toEqual({ alias: 'a', tool: '_b' });
    expect(parseExposedName('a_b')).toBeNull();
  });
});

describe('authenticateAgent', () => {
  const who = (token: string) => authenticateAgent(index, sha256Hex(token), NOW);

  it('knows an agent by an unexpired token', () => {
    expect([who('forever'), who('short')]).toEqual(['agt_new', 'agt_new']);
  });

  it('knows nobody by an expired, damaged or unknown token', () => {
    expect([who('over'), who('damaged'), who('guess')]).toEqual([null, null, null]);
    expect(authenticateAgent(index, '__proto__', NOW)).toBeNull();
  });

  it('knows nobody by a token that two agents claim', () => {
    const tokens = [{ sha256: sha256Hex('shared'), expiresAt: null }];
    const two = { a: { name: 'a', tokens, tools: {} }, b: { name: 'b', tokens, tools: {} } };
    expect(authenticateAgent(indexPolicy({ ...STATE, agents: two }), sha256Hex('shared'), NOW)).toBeNull();
  });
});

describe('visibleTools', () => {
  it('lists the pinned definition under the exposed name, sorted, with tools that need an approval', () => {
    const tools = visibleTools(index, 'agt_new');
    expect(tools.map(({ name, approval }) => [name, approval])).toEqual([
      ['ledger__transfer', 'none'],
      ['ledger__wipe', 'human'],
    ]);
    expect(tools[0]?.definition).toEqual({ name: 'ledger__transfer' });
  });

  it('announces a deprecation in _meta beside the server’s own entries', () => {
    const [tool] = visibleTools(index, 'agt_mid');
    expect(tool?.definition['_meta']).toEqual({
      vendor: 1,
      'dev.rollcall/deprecation': {
        sunsetAt: '2027-01-01T00:00:00Z',
        successor: { server: 'com.acme/ledger', version: '2.0.0', tool: 'transfer' },
        message: 'Use 2.0.0.',
      },
    });
  });

  it('drops a deprecation that a server announces in our name', () => {
    const wipe = visibleTools(index, 'agt_new').find(({ tool }) => tool === 'wipe');
    expect(wipe?.definition['_meta']).toEqual({ vendor: 1 });
  });

  it('leaves the pinned definition itself untouched', () => {
    visibleTools(index, 'agt_mid');
    expect(digestOf(definition)).toBe(pinned.digest);
  });
});

describe('explainEmpty', () => {
  it('says why a list is empty', () => {
    expect(explainEmpty(index, 'agt_unknown')).toContain('not known');
    expect(explainEmpty(index, 'agt_none')).toContain('No grant of agent "none"');
    expect(explainEmpty(index, 'agt_old')).toBe('All tools granted to agent "old" are unavailable: 1 decommissioned.');
    const killed = withKillList(index, held(null, null));
    expect(explainEmpty(killed, 'agt_new')).toBe('All tools granted to agent "new" are unavailable: 2 on hold.');
  });
});

describe('explainCall', () => {
  it('names the grant that decided and what the policy offers', () => {
    const explanation = explainCall(index, 'agt_new', 'ledger__transfer');
    expect(explanation.grant).toEqual({ id: 'grt_1', version: '2.0.0' });
    expect(explanation.decision.allow).toBe(true);
    expect(explanation.facts).toEqual([
      'com.acme/ledger 2.0.0 (active) offers "transfer", approval: none.',
      'Grant grt_1 of agent "new" resolves to version 2.0.0.',
    ]);
    expect(explanation.nearMisses).toEqual([]);
  });

  it('says that a tool exists without a grant, and offers what was probably meant', () => {
    const explanation = explainCall(index, 'agt_new', 'ledger__transfers');
    expect(explanation.decision).toMatchObject({ code: 'TOOL_NOT_ALLOWED' });
    expect(explanation.facts).toContain('No version of com.acme/ledger in this environment offers "transfers".');
    expect(explanation.nearMisses).toEqual(['ledger__transfer']);
    expect(explainCall(index, 'agt_none', 'ledger__pay').facts).toEqual([
      'com.acme/ledger 1.5.0 (deprecated) offers "pay", approval: none.',
      'com.acme/ledger 1.0.0 offered "pay" until it was decommissioned at 2026-10-01T08:00:00Z.',
      'Agent "none" holds no grant that leads to a tool of ledger.',
    ]);
  });

  it('names holds, unknown aliases and unknown agents', () => {
    const killed = withKillList(index, held(null, 'pay'));
    expect(explainCall(killed, 'agt_mid', 'ledger__pay').facts).toContain('On hold: version any, tool pay: Drift.');
    expect(explainCall(index, 'agt_new', 'nobody__x').facts[0]).toContain('No server has the alias "nobody"');
    expect(explainCall(index, 'agt_x', 'ledger__pay').facts).toEqual(['There is no agent agt_x in this environment.']);
  });
});
