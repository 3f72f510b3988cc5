import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { digestOf, sha256Hex } from '@rollcall/contract';
import {
  acceptUpdate,
  openEnvelope,
  PAYLOAD_TYPES,
  pae,
  signDocument,
  type TrustState,
  type Verified,
  verifyBundle,
  verifyRootChain,
  verifyTimestamp,
} from './index.js';
import {
  audience,
  bundlePayload,
  type Ed25519,
  type Key,
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
const { keys, roles, role, rootPayload, signRoot, signBundle, signTimestamp, update, context, accept } =
  signedUpdates(ed25519);
const { rootA, rootB, publish, timestamp: timestampKey, kill, stranger, secondPublish } = keys;

function codeOf(result: Verified<unknown>): string {
  if (result.ok) return 'ACCEPTED';
  expect(result.error.message).toMatch(/\.$/);
  expect(result.error.nextStep.length).toBeGreaterThan(10);
  return result.error.code;
}

let good: Pair;
let trust: TrustState;

beforeAll(async () => {
  good = await update();
  const accepted = accept(good);
  if (!accepted.ok) throw new Error(accepted.error.message);
  trust = accepted.value.trust;
});

describe('acceptUpdate: the good case', () => {
  it('accepts a first update and says what to remember', () => {
    expect(trust).toEqual({
      format: 'rollcall.trust.v1',
      audience,
      rootVersion: 1,
      epoch: 1,
      serial: 5,
      killSequence: 3,
      bundleSha256: sha256Hex(good.bundleBytes),
    });
    const accepted = accept(good);
    expect(accepted.ok && accepted.value.bundle.state).toEqual(STATE);
  });

  it('accepts the same update again, as at a restart', () => {
    expect(codeOf(accept(good, { trust }))).toBe('ACCEPTED');
  });

  it('accepts a later serial that names its predecessor, and one that skips some', async () => {
    const next = await update({ serial: 6, previous: trust.bundleSha256 });
    expect(codeOf(accept(next, { trust }))).toBe('ACCEPTED');
    expect(codeOf(accept(await update({ serial: 8, previous: sha256Hex('7') }), { trust }))).toBe('ACCEPTED');
  });

  it('accepts a lower serial when the root raised the epoch', async () => {
    const root = rootPayload({ version: 2, epoch: 2 });
    expect(codeOf(accept(await update({ epoch: 2, serial: 0 }), { trust, root }))).toBe('ACCEPTED');
  });

  it('signs equal documents to equal bytes', async () => {
    expect(await signBundle(bundlePayload())).toEqual(good.bundleBytes);
  });
});

describe('acceptUpdate: tampering', () => {
  /** Positions at which a changed byte went unnoticed. One context for all: there are thousands of them. */
  const unnoticed = (bytes: Uint8Array, masks: number[], judge: (changed: Uint8Array) => Verified<unknown>) => {
    const passed: number[] = [];
    for (let i = 0; i < bytes.length; i++) {
      for (const mask of masks) {
        const changed = Uint8Array.from(bytes);
        changed[i] = (changed[i] ?? 0) ^ mask;
        if (judge(changed).ok) passed.push(i);
      }
    }
    return passed;
  };
  const fixed = context();

  it('refuses a bundle with any one byte changed', () => {
    const judge = (bundleBytes: Uint8Array) => acceptUpdate({ ...fixed, ...good, bundleBytes });
    expect(unnoticed(good.bundleBytes, [0x01], judge)).toEqual([]);
  });

  it('refuses a bundle with any one byte changed even without a timestamp that names its digest', () => {
    const judge = (bytes: Uint8Array) => verifyBundle(bytes, fixed, null);
    expect(unnoticed(good.bundleBytes, [0x01], judge)).toEqual([]);
  });

  it('refuses a timestamp with any one byte changed', () => {
    const judge = (timestampBytes: Uint8Array) => acceptUpdate({ ...fixed, ...good, timestampBytes });
    expect(unnoticed(good.timestampBytes, [0x01, 0x20, 0x80], judge)).toEqual([]);
  });

  it('refuses a root with any one byte changed', async () => {
    const bytes = await signRoot(rootPayload(), [rootA, rootB]);
    const judge = (changed: Uint8Array) =>
      verifyRootChain(changed, [], { organization: 'acme', verify: ed25519.verify });
    expect(codeOf(judge(bytes))).toBe('ACCEPTED');
    expect(unnoticed(bytes, [0x01], judge)).toEqual([]);
  });

  it('refuses bytes before, after and in place of the envelope', async () => {
    const text = new TextDecoder().decode(good.timestampBytes);
    const variants = [` ${text}`, `${text}\n`, `\ufeff${text}`, '', '{}', 'null', '[]', text.replace('{', '{"x":1,')];
    const duplicate = text.replace('{"payload":', '{"payload":"","payload":');
    const surrogate = text.replace(/"keyid":"[^"]*"/, '"keyid":"\\ud800"');
    const deep = `${'['.repeat(8_000)}${']'.repeat(8_000)}`;
    for (const variant of [...variants, duplicate, surrogate, deep]) {
      const timestampBytes = new TextEncoder().encode(variant);
      expect(codeOf(accept({ ...good, timestampBytes }))).toBe('MALFORMED');
    }
    expect(codeOf(accept({ ...good, timestampBytes: Uint8Array.of(0xff, 0xfe) }))).toBe('MALFORMED');
  });

  it('refuses a bundle cut short or swapped for one of the same length', () => {
    expect(codeOf(accept({ ...good, bundleBytes: good.bundleBytes.subarray(0, -1) }))).toBe('LENGTH_MISMATCH');
    expect(codeOf(accept({ ...good, bundleBytes: new Uint8Array(good.bundleBytes.length) }))).toBe('DIGEST_MISMATCH');
  });

  it('refuses a state that does not have the stated digest', async () => {
    const pair = await update({ stateDigest: digestOf('another state') });
    expect(codeOf(accept(pair))).toBe('STATE_DIGEST_MISMATCH');
  });
});

describe('acceptUpdate: who may sign what', () => {
  const signedBy = async (by: Key[], root = rootPayload()) => {
    const bundleBytes = await signBundle(bundlePayload(), by);
    const timestampBytes = await signTimestamp(timestampPayload(bundleBytes));
    return codeOf(accept({ bundleBytes, timestampBytes }, { root }));
  };

  it('refuses a bundle signed by nobody, by a stranger, or by the key of another role', async () => {
    for (const by of [[], [stranger], [timestampKey], [kill], [rootA, rootB]]) {
      expect(await signedBy(by)).toBe('SIGNATURE_INVALID');
    }
  });

  it('refuses a timestamp signed by the key of another role', async () => {
    for (const by of [publish, kill, rootA, stranger]) {
      const timestampBytes = await signTimestamp(timestampPayload(good.bundleBytes), [by]);
      expect(codeOf(accept({ ...good, timestampBytes }))).toBe('SIGNATURE_INVALID');
    }
  });

  const twoOfTwo = () => rootPayload({ roles: { ...roles, publish: role(2, publish, secondPublish) } });

  it('does not count one key twice towards a threshold', async () => {
    expect(await signedBy([publish], twoOfTwo())).toBe('SIGNATURE_INVALID');
    expect(await signedBy([publish, publish], twoOfTwo())).toBe('SIGNATURE_INVALID');
    expect(await signedBy([publish, secondPublish], twoOfTwo())).toBe('ACCEPTED');
  });

  it('ignores the signature of an unknown key beside enough good ones, as in a rotation', async () => {
    expect(await signedBy([publish, stranger])).toBe('ACCEPTED');
  });

  it('refuses a good signature under another key’s id', async () => {
    const impostor = { ...stranger, keyid: publish.keyid };
    expect(await signedBy([impostor])).toBe('SIGNATURE_INVALID');
  });

  it('refuses one kind of document in place of another, whoever signed it', async () => {
    expect(codeOf(verifyBundle(good.timestampBytes, context(), null))).toBe('WRONG_PAYLOAD_TYPE');
    expect(codeOf(verifyTimestamp(good.bundleBytes.subarray(), context()))).toBe('WRONG_PAYLOAD_TYPE');
    const disguised = await signDocument(PAYLOAD_TYPES.bundle, timestampPayload(good.bundleBytes), [publish]);
    expect(codeOf(verifyBundle(disguised, context(), null))).toBe('MALFORMED');
  });

  it('refuses a payload type that is rewritten on a signed envelope', () => {
    const text = new TextDecoder().decode(good.timestampBytes).replace('timestamp.v1', 'bundle.v1');
    const root = rootPayload();
    const loose = { ...root, roles: { ...root.roles, publish: root.roles.timestamp } };
    const result = verifyBundle(new TextEncoder().encode(text), context({ root: loose }), null);
    expect(codeOf(result)).toBe('SIGNATURE_INVALID');
  });

  it('never opens an envelope with a threshold below one', () => {
    const options = { payloadType: PAYLOAD_TYPES.bundle, keys: new Map(), verify: ed25519.verify, maxBytes: 1e6 };
    expect(codeOf(openEnvelope(good.bundleBytes, { ...options, threshold: 0 }))).toBe('SIGNATURE_INVALID');
  });
});

describe('acceptUpdate: for whom', () => {
  it('refuses another organization and another environment in either document', async () => {
    for (const other of [
      { organization: 'evil', environment: 'production' },
      { organization: 'acme', environment: 'staging' },
    ]) {
      expect(codeOf(accept(await update({}, { audience: other })))).toBe('WRONG_AUDIENCE');
      expect(codeOf(accept(await update({ audience: other })))).toBe('WRONG_AUDIENCE');
      expect(codeOf(accept(await update({ audience: other }, { audience: other })))).toBe('WRONG_AUDIENCE');
      expect(codeOf(accept(good, { trust: { ...trust, audience: other } }))).toBe('WRONG_AUDIENCE');
    }
  });

  it('refuses a root of another organization', () => {
    expect(codeOf(accept(good, { root: rootPayload({ organization: 'evil' }) }))).toBe('WRONG_AUDIENCE');
  });
});

describe('pae', () => {
  it('gives the encoding of the DSSE specification', () => {
    const text = new TextDecoder().decode(
      pae('http://example.com/HelloWorld', new TextEncoder().encode('hello world')),
    );
    expect(text).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world');
  });
});
