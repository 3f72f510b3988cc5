import { digestOf, sha256Hex } from '@rollcall/contract';
import type { PolicyState } from '@rollcall/policy';
import {
  type AcceptContext,
  type Audience,
  acceptUpdate,
  type BundlePayload,
  type Ed25519Verify,
  keyIdOf,
  makeBundle,
  makeRoot,
  makeTimestamp,
  PAYLOAD_TYPES,
  type RootParts,
  type RootPayload,
  type Signer,
  signDocument,
  type TimestampPayload,
} from './index.js';

/** Ed25519 of the platform, handed in by the spec: a pure lib imports none. Seeds have 32 bytes. */
export type Ed25519 = {
  publicKey(seed: Uint8Array): Uint8Array;
  sign(seed: Uint8Array, message: Uint8Array): Uint8Array;
  verify: Ed25519Verify;
};

/** A signer with its raw public key. */
export type Key = Signer & { raw: Uint8Array };

/** A timestamp and the bundle it names, as served. */
export type Pair = { timestampBytes: Uint8Array; bundleBytes: Uint8Array };

export const NOW = new Date('2026-11-20T12:00:00Z');
export const audience: Audience = { organization: 'acme', environment: 'production' };

/** One server, one tool, one agent. */
export const STATE: PolicyState = {
  servers: {
    ledger: {
      name: 'com.acme/ledger',
      versions: {
        '1.0.0': {
          state: 'active',
          endpoint: { transport: 'streamable-http', url: 'https://ledger.example/mcp' },
          contractDigest: digestOf('contract'),
          tools: { pay: { digest: digestOf('pay'), definition: { name: 'pay' }, approval: 'none' } },
          deprecation: null,
        },
      },
      tombstones: {},
    },
  },
  agents: {
    agt_1: {
      name: 'bookkeeper',
      tokens: [{ sha256: sha256Hex('token'), expiresAt: null }],
      tools: { ledger: { pay: { version: '1.0.0', grant: 'grt_1' } } },
    },
  },
  quarantine: [],
};

/** A bundle payload of epoch 1, serial 5. */
export function bundlePayload(parts: Partial<BundlePayload> = {}): BundlePayload {
  const built = makeBundle({
    audience,
    epoch: 1,
    serial: 5,
    previous: null,
    issuedAt: '2026-11-20T11:59:00Z',
    staleAfter: '2026-11-21T00:00:00Z',
    hardExpiresAt: '2026-11-27T00:00:00Z',
    state: STATE,
  });
  return { ...built, ...parts };
}

/** A timestamp payload for these bundle bytes, kill sequence 3. */
export function timestampPayload(bundleBytes: Uint8Array, parts: Partial<TimestampPayload> = {}): TimestampPayload {
  const built = makeTimestamp({
    audience,
    rootVersion: 1,
    epoch: 1,
    serial: 5,
    kill: { sequence: 3, deny: [] },
    issuedAt: '2026-11-20T11:59:30Z',
    expiresAt: '2026-11-20T12:05:00Z',
    bundleBytes,
  });
  return { ...built, ...parts };
}

/** Keys from fixed seeds, so that every run tests the same bytes. */
export function makeKeys(ed25519: Ed25519) {
  const key = (fill: number): Key => {
    const seed = new Uint8Array(32).fill(fill);
    const raw = ed25519.publicKey(seed);
    return { raw, keyid: keyIdOf(raw), sign: async (message) => ed25519.sign(seed, message) };
  };
  return {
    rootA: key(1),
    rootB: key(2),
    rootC: key(3),
    publish: key(4),
    timestamp: key(5),
    kill: key(6),
    stranger: key(7),
    secondPublish: key(8),
  };
}

const role = (threshold: number, ...keys: Key[]) => ({ publicKeys: keys.map(({ raw }) => raw), threshold });

/** Everything a spec needs to build, sign and accept updates with one platform's Ed25519. */
export function signedUpdates(ed25519: Ed25519) {
  const keys = makeKeys(ed25519);
  const roles: RootParts['roles'] = {
    root: role(2, keys.rootA, keys.rootB),
    publish: role(1, keys.publish),
    timestamp: role(1, keys.timestamp),
    kill: role(1, keys.kill),
  };
  const rootPayload = (parts: Partial<RootParts> = {}): RootPayload =>
    makeRoot({ organization: 'acme', version: 1, epoch: 1, expiresAt: '2027-11-20T00:00:00Z', roles, ...parts });
  const signRoot = (payload: object, by: Key[]) => signDocument(PAYLOAD_TYPES.root, payload, by);
  const signBundle = (payload: object, by = [keys.publish]) => signDocument(PAYLOAD_TYPES.bundle, payload, by);
  const signTimestamp = (payload: object, by = [keys.timestamp]) => signDocument(PAYLOAD_TYPES.timestamp, payload, by);
  const update = async (
    bundle: Partial<BundlePayload> = {},
    timestamp: Partial<TimestampPayload> = {},
  ): Promise<Pair> => {
    const bundleBytes = await signBundle(bundlePayload(bundle));
    const { epoch = 1, serial = 5 } = bundle;
    const payload = timestampPayload(bundleBytes, { epoch, serial, ...timestamp });
    return { bundleBytes, timestampBytes: await signTimestamp(payload) };
  };
  const context = (parts: Partial<AcceptContext> = {}): AcceptContext => ({
    root: rootPayload(),
    audience,
    trust: null,
    now: NOW,
    verify: ed25519.verify,
    ...parts,
  });
  const accept = (pair: Pair, parts: Partial<AcceptContext> = {}) => acceptUpdate({ ...context(parts), ...pair });
  return { keys, roles, role, rootPayload, signRoot, signBundle, signTimestamp, update, context, accept };
}
