import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { encodeBase64, type RootParts, type Verified, verifyRootChain } from './index.js';
import { type Ed25519, signedUpdates } from './signed-update.fixture.js';

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
const { keys, roles, role, rootPayload, signRoot } = signedUpdates(ed25519);
const { rootA, rootB, rootC, publish, stranger } = keys;

function codeOf(result: Verified<unknown>): string {
  if (result.ok) return 'ACCEPTED';
  expect(result.error.message).toMatch(/\.$/);
  expect(result.error.nextStep.length).toBeGreaterThan(10);
  return result.error.code;
}

describe('verifyRootChain', () => {
  const walk = async (later: Uint8Array[]) =>
    verifyRootChain(await signRoot(rootPayload(), [rootA, rootB]), later, {
      organization: 'acme',
      verify: ed25519.verify,
    });
  const rotated = (parts: Partial<RootParts> = {}) =>
    rootPayload({ version: 2, roles: { ...roles, root: role(2, rootB, rootC) }, ...parts });

  it('follows a successor signed by the old and the new keys', async () => {
    const chain = await walk([await signRoot(rotated(), [rootA, rootB, rootC])]);
    expect(chain.ok && chain.value.version).toBe(2);
  });

  it('refuses a successor without a threshold of the old keys, or of the new ones', async () => {
    expect(codeOf(await walk([await signRoot(rotated(), [rootB, rootC])]))).toBe('SIGNATURE_INVALID');
    expect(codeOf(await walk([await signRoot(rotated(), [rootA, rootB])]))).toBe('SIGNATURE_INVALID');
  });

  it('refuses a skipped or repeated version and a lowered epoch', async () => {
    const all = [rootA, rootB, rootC];
    expect(codeOf(await walk([await signRoot(rotated({ version: 3 }), all)]))).toBe('ROOT_ROLLBACK');
    expect(codeOf(await walk([await signRoot(rotated({ version: 1 }), all)]))).toBe('ROOT_ROLLBACK');
    expect(codeOf(await walk([await signRoot(rotated({ epoch: 0 }), all)]))).toBe('ROOT_ROLLBACK');
  });

  it('refuses a root of another organization, and one that its own keys did not sign', async () => {
    const other = await signRoot(rotated({ organization: 'evil' }), [rootA, rootB, rootC]);
    expect(codeOf(await walk([other]))).toBe('WRONG_AUDIENCE');
    const alone = verifyRootChain(await signRoot(rootPayload(), [rootA]), [], {
      organization: 'acme',
      verify: ed25519.verify,
    });
    expect(codeOf(alone)).toBe('SIGNATURE_INVALID');
  });

  it('refuses a root whose key ids, thresholds or roles do not hold together', async () => {
    const root = rootPayload();
    const role = root.roles.publish;
    const wrongs: object[] = [
      {
        ...root,
        keys: { ...root.keys, [publish.keyid]: { algorithm: 'ed25519', public: encodeBase64(stranger.raw) } },
      },
      { ...root, keys: { ...root.keys, [publish.keyid]: { algorithm: 'none', public: encodeBase64(publish.raw) } } },
      { ...root, roles: { ...root.roles, publish: { ...role, threshold: 0 } } },
      { ...root, roles: { ...root.roles, publish: { ...role, threshold: 2 } } },
      { ...root, roles: { ...root.roles, publish: { keyids: [publish.keyid, publish.keyid], threshold: 2 } } },
      { ...root, roles: { ...root.roles, publish: { keyids: [stranger.keyid], threshold: 1 } } },
    ];
    for (const wrong of wrongs) {
      const bytes = await signRoot(wrong, [rootA, rootB]);
      expect(codeOf(verifyRootChain(bytes, [], { organization: 'acme', verify: ed25519.verify }))).toBe('MALFORMED');
    }
  });

  it('refuses an endless chain', async () => {
    expect(codeOf(await walk(Array.from({ length: 257 }, () => new Uint8Array(0))))).toBe('MALFORMED');
  });
});
