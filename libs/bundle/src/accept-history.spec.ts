import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { sha256Hex } from '@rollcall/contract';
import {
  type AcceptContext,
  acceptTimestamp,
  freshness,
  parseTrustState,
  type TrustState,
  type Verified,
} from './index.js';
import {
  bundlePayload,
  type Ed25519,
  NOW,
  type Pair,
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
const { rootPayload, signBundle, signTimestamp, update, context, accept } = signedUpdates(ed25519);

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

describe('acceptUpdate: going back', () => {
  it('refuses each of the older serials, and an older epoch', async () => {
    for (const serial of [0, 1, 4]) {
      expect(codeOf(accept(await update({ serial }), { trust }))).toBe('ROLLBACK');
    }
    const root = rootPayload({ version: 2, epoch: 2 });
    expect(codeOf(accept(good, { root, trust }))).toBe('ROLLBACK');
    const raised = { ...trust, epoch: 2, serial: 0 };
    expect(codeOf(accept(good, { trust: raised }))).toBe('ROOT_ROLLBACK');
  });

  it('refuses a kill list older than the one it knows, even with a newer bundle', async () => {
    const pair = await update({ serial: 9 }, { kill: { sequence: 2, deny: [] } });
    expect(codeOf(accept(pair, { trust }))).toBe('ROLLBACK');
  });

  it('refuses other bytes under a serial it knows', async () => {
    const forked = await update({ staleAfter: '2026-11-22T00:00:00Z' });
    expect(codeOf(accept(forked, { trust }))).toBe('SAME_SERIAL_OTHER_BYTES');
  });

  it('refuses a direct successor that names another predecessor', async () => {
    for (const previous of [null, sha256Hex('fork')]) {
      expect(codeOf(accept(await update({ serial: 6, previous }), { trust }))).toBe('SAME_SERIAL_OTHER_BYTES');
    }
  });

  it('refuses an epoch that the root has not raised', async () => {
    expect(codeOf(accept(await update({ epoch: 2, serial: 0 }), { trust }))).toBe('ROOT_ROLLBACK');
  });

  it('refuses a root older than the one it trusted, and a timestamp that needs a newer one', async () => {
    expect(codeOf(accept(good, { trust: { ...trust, rootVersion: 2 } }))).toBe('ROOT_ROLLBACK');
    expect(codeOf(accept(await update({}, { rootVersion: 2 })))).toBe('ROOT_ROLLBACK');
  });

  it('refuses to pair a timestamp with a bundle of another serial or epoch', async () => {
    const bundleBytes = await signBundle(bundlePayload({ serial: 6 }));
    const timestampBytes = await signTimestamp(timestampPayload(bundleBytes, { serial: 7 }));
    expect(codeOf(accept({ bundleBytes, timestampBytes }))).toBe('TIMESTAMP_BUNDLE_MISMATCH');
  });
});

describe('acceptUpdate: time', () => {
  const at = (iso: string, parts: Partial<AcceptContext> = {}) =>
    codeOf(accept(good, { now: new Date(iso), ...parts }));

  it('refuses an expired timestamp online and tolerates it at a restart', () => {
    expect(at('2026-11-20T12:04:59Z')).toBe('ACCEPTED');
    expect(at('2026-11-20T12:05:00Z')).toBe('EXPIRED');
    expect(at('2026-11-22T00:00:00Z', { trust, tolerateExpiredTimestamp: true })).toBe('ACCEPTED');
  });

  it('refuses an expired bundle even at a restart', () => {
    expect(at('2026-11-27T00:00:00Z', { trust, tolerateExpiredTimestamp: true })).toBe('EXPIRED');
  });

  it('refuses documents from more than a minute in the future', async () => {
    const future = '2026-11-20T12:01:01Z';
    const soon = '2026-11-20T12:01:00Z';
    expect(codeOf(accept(await update({ issuedAt: soon }, { issuedAt: soon })))).toBe('ACCEPTED');
    expect(codeOf(accept(await update({ issuedAt: future })))).toBe('NOT_YET_VALID');
    expect(codeOf(accept(await update({}, { issuedAt: future })))).toBe('NOT_YET_VALID');
  });

  it('refuses everything under an expired root', () => {
    expect(codeOf(accept(good, { root: rootPayload({ expiresAt: '2026-11-20T12:00:00Z' }) }))).toBe('ROOT_EXPIRED');
  });

  it('tells fresh from stale from expired', () => {
    const bundle = bundlePayload();
    expect(freshness(bundle, NOW)).toBe('fresh');
    expect(freshness(bundle, new Date('2026-11-21T00:00:00Z'))).toBe('stale');
    expect(freshness(bundle, new Date('2026-11-27T00:00:00Z'))).toBe('expired');
    expect(freshness({ ...bundle, hardExpiresAt: 'never' }, NOW)).toBe('expired');
  });
});

describe('acceptTimestamp', () => {
  it('says whether a bundle has to be fetched, and raises the kill sequence without one', async () => {
    const bytes = await signTimestamp(timestampPayload(good.bundleBytes, { kill: { sequence: 8, deny: [] } }));
    const polled = acceptTimestamp(bytes, context({ trust }));
    expect(polled.ok && polled.value.needsBundle).toBe(false);
    expect(polled.ok && polled.value.trust).toEqual({ ...trust, killSequence: 8 });
    const later = acceptTimestamp((await update({ serial: 6 })).timestampBytes, context({ trust }));
    expect(later.ok && later.value.needsBundle).toBe(true);
    const first = acceptTimestamp(bytes, context());
    expect(first.ok && [first.value.needsBundle, first.value.trust]).toEqual([true, null]);
  });
});

describe('parseTrustState', () => {
  const parse = (value: unknown) => parseTrustState(new TextEncoder().encode(JSON.stringify(value)));

  it('reads back what was stored', () => {
    expect(parse(trust)).toEqual({ ok: true, value: trust });
  });

  it('refuses a damaged state, because a reader that forgot its past can be rolled back', () => {
    for (const damaged of [null, {}, { ...trust, serial: '5' }, { ...trust, extra: 1 }, { ...trust, epoch: -1 }]) {
      expect(codeOf(parse(damaged))).toBe('MALFORMED');
    }
    expect(codeOf(parseTrustState(new Uint8Array(0)))).toBe('MALFORMED');
  });
});
