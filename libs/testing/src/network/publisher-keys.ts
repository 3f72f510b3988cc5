import { createPublicKey, ECDH, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** A key pair of a publisher, and what of it a domain publishes. */
export type PublisherKey = {
  record: string;
  /** Signs a text as the stock publisher does; hexadecimal. */
  sign(timestamp: string): string;
};

/** An Ed25519 key. */
export function ed25519Publisher(): PublisherKey {
  const { privateKey } = generateKeyPairSync('ed25519');
  const { x = '' } = jwkOf(privateKey);
  return {
    record: `v=MCPv1; k=ed25519; p=${Buffer.from(x, 'base64url').toString('base64')}`,
    sign: (timestamp) => sign(null, Buffer.from(timestamp), privateKey).toString('hex'),
  };
}

/** A P-384 key; `curve` makes one that says it is P-384 and is not. */
export function ecdsaPublisher(curve: 'secp384r1' | 'secp521r1' = 'secp384r1'): PublisherKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: curve });
  const { x = '', y = '' } = jwkOf(privateKey);
  const point = Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  const compressed = ECDH.convertKey(point, curve, undefined, undefined, 'compressed') as Buffer;
  return {
    record: `v=MCPv1; k=ecdsap384; p=${compressed.toString('base64')}`,
    sign: (timestamp) =>
      sign('sha384', Buffer.from(timestamp), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('hex'),
  };
}

/** The second signature that verifies whenever an ECDSA signature does: (r, n - s). */
export function mirrored(signatureHex: string): string {
  const order = BigInt(
    '0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973',
  );
  const s = order - BigInt(`0x${signatureHex.slice(96)}`);
  return signatureHex.slice(0, 96) + s.toString(16).padStart(96, '0');
}

const jwkOf = (key: KeyObject) => createPublicKey(key).export({ format: 'jwk' });
