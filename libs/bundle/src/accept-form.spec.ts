import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { digestOf } from '@rollcall/contract';
import type { PolicyState } from '@rollcall/policy';
import { makeBundle, openEnvelope, PAYLOAD_TYPES, type TrustState, type Verified, verifyRootChain } from './index.js';
import {
  bundlePayload,
  type Ed25519,
  type Pair,
  STATE,
  signedUpdates,
  timestampPayload,
} from './signed-update.fixture.js';

const privateKey = (seed: Uint8Array) => {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
};
const ed25519: Ed25519 = {
  publicKey: (seed) =>
    new Uint8Array(createPublicKey(privateKey(seed)).export({ format: 'der', type: 'spki' }).subarray(-32)),
  sign: (seed, message) => new Uint8Array(sign(null, message, privateKey(seed))),
  verify: (raw, message, signature) => {
    const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw]);
    return verify(null, message, createPublicKey({ key: der, format: 'der', type: 'spki' }), signature);
  },
};
const { signBundle, signTimestamp, update, accept } = signedUpdates(ed25519);

function codeOf(result: Verified<unknown>): string {
  if (result.ok) return 'ACCEPTED';
  expect(result.error.message).toMatch(/\.$/);
  expect(result.error.nextStep.length).toBeGreaterThan(10);
  return result.error.code;
}

let good: Pair;
let _trust: TrustState;

beforeAll(async () => {
  good = await update();
  const accepted = accept(good);
  if (!accepted.ok) throw new Error(accepted.error.message);
  _trust = accepted.value.trust;
});

describe('acceptUpdate: form', () => {
  const withPayload = async (change: (payload: Record<string, unknown>) => unknown) => {
    const payload = structuredClone(bundlePayload()) as unknown as Record<string, unknown>;
    const changed = change(payload) ?? payload;
    const bundleBytes = await signBundle(changed as object);
    return codeOf(accept({ bundleBytes, timestampBytes: await signTimestamp(timestampPayload(bundleBytes)) }));
  };

  it('refuses a feature it does not know, before it looks at the form', async () => {
    expect(codeOf(accept(await update({ features: ['tombstones', 'teleport'] })))).toBe('UNKNOWN_FEATURE');
    const withField = (payload: Record<string, unknown>) => {
      payload['features'] = ['teleport'];
      payload['teleport'] = true;
    };
    expect(await withPayload(withField)).toBe('UNKNOWN_FEATURE');
  });

  it('refuses unknown, missing and wrong fields in a bundle', async () => {
    const changes: ((payload: Record<string, unknown>) => unknown)[] = [
      (payload) => Object.assign(payload, { extra: 1 }),
      (payload) => Object.assign(payload, { format: 'rollcall.bundle.v2' }),
      (payload) => Object.assign(payload, { serial: -1 }),
      (payload) => Object.assign(payload, { serial: 1.5 }),
      (payload) => Object.assign(payload, { issuedAt: 'yesterday' }),
      (payload) => Object.assign(payload, { hardExpiresAt: '2026-11-20T00:00:00Z' }),
      (payload) => Object.assign(payload, { previous: 'none' }),
      (payload) => Object.assign(payload, { state: {} }),
      (payload) => {
        delete payload['features'];
      },
      () => [],
    ];
    for (const change of changes) expect(await withPayload(change)).toBe('MALFORMED');
  });

  const withState = async (state: unknown) => {
    const parts = { state: state as PolicyState, stateDigest: digestOf(state as PolicyState) };
    return codeOf(accept(await update(parts)));
  };

  it('refuses a state with unknown fields, also under a key called __proto__', async () => {
    const server = JSON.stringify(STATE.servers['ledger']);
    const wrong = `{"name":"x","versions":{},"tombstones":{},"command":"sh"}`;
    const state = (servers: string) => JSON.parse(`{"servers":${servers},"agents":{},"quarantine":[]}`) as unknown;
    expect(await withState(state(`{"__proto__":${server}}`))).toBe('ACCEPTED');
    expect(await withState(state(`{"__proto__":${wrong}}`))).toBe('MALFORMED');
    expect(await withState(state(`{"a":${wrong}}`))).toBe('MALFORMED');
    expect(await withState(state('[]'))).toBe('MALFORMED');
  });

  it('refuses an endpoint that names a command, because a bundle must not start programs', async () => {
    const state = structuredClone(STATE) as unknown as { servers: { ledger: { versions: Record<string, object> } } };
    Object.assign(state.servers.ledger.versions['1.0.0'] ?? {}, { endpoint: { transport: 'stdio', command: 'sh' } });
    expect(await withState(state)).toBe('MALFORMED');
  });

  it('refuses a grant with unknown, missing or wrong fields', async () => {
    const good = { version: '1.0.0', grant: 'grt_1' };
    const withTools = (tools: unknown) => ({ ...STATE, agents: { agt_1: { name: 'x', tokens: [], tools } } });
    expect(await withState(withTools({ ledger: { pay: good } }))).toBe('ACCEPTED');
    for (const wrong of [{ ...good, approval: 'none' }, { version: '1.0.0' }, { ...good, grant: '' }, [], null, 'x']) {
      expect(await withState(withTools({ ledger: { pay: wrong } }))).toBe('MALFORMED');
    }
    for (const tools of [[], null, { ledger: [] }, { ledger: null }]) {
      expect(await withState(withTools(tools))).toBe('MALFORMED');
    }
  });

  it('refuses a grant that leads to no pinned tool', async () => {
    const grantOf = (alias: string, tool: string, version: string) => ({
      ...STATE,
      agents: { agt_1: { name: 'x', tokens: [], tools: { [alias]: { [tool]: { version, grant: 'g' } } } } },
    });
    expect(await withState(grantOf('ledger', 'pay', '1.0.0'))).toBe('ACCEPTED');
    for (const [alias, tool, version] of [
      ['ledger', 'steal', '1.0.0'],
      ['ledger', 'pay', '2.0.0'],
      ['nobody', 'pay', '1.0.0'],
      ['ledger', 'constructor', '1.0.0'],
      ['toString', 'pay', '1.0.0'],
    ] as const) {
      expect(await withState(grantOf(alias, tool, version))).toBe('MALFORMED');
    }
  });

  it('refuses a kill list that tries to allow something', async () => {
    const pair = await update();
    const kill = { sequence: 4, deny: [], allow: [{ alias: 'ledger' }] };
    const timestampBytes = await signTimestamp({ ...timestampPayload(pair.bundleBytes), kill });
    expect(codeOf(accept({ ...pair, timestampBytes }))).toBe('MALFORMED');
  });

  it('refuses documents that are too large before it reads them', async () => {
    const timestampBytes = new Uint8Array(16 * 1024 + 1);
    expect(codeOf(accept({ ...good, timestampBytes }))).toBe('MALFORMED');
    const oversized = verifyRootChain(new Uint8Array(64 * 1024 + 1), [], {
      organization: 'acme',
      verify: ed25519.verify,
    });
    expect(codeOf(oversized)).toBe('MALFORMED');
    const options = { payloadType: PAYLOAD_TYPES.bundle, keys: new Map(), threshold: 1, verify: ed25519.verify };
    expect(codeOf(openEnvelope(good.bundleBytes, { ...options, maxBytes: good.bundleBytes.length - 1 }))).toBe(
      'MALFORMED',
    );
  });

  it('derives the features of a state', () => {
    const pay = { digest: digestOf('pay'), definition: { name: 'pay' }, approval: 'human' as const };
    const state = structuredClone(STATE);
    Object.assign(state.servers['ledger']?.versions['1.0.0']?.tools ?? {}, { pay });
    expect(makeBundle({ ...bundlePayload(), state }).features).toEqual(['approvals']);
    expect(bundlePayload().features).toEqual([]);
  });
});
