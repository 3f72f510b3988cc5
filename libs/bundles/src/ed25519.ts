import { createPublicKey, verify } from 'node:crypto';
import type { Ed25519Verify } from '@rollcall/bundle';

/** Ed25519 verification by the platform: 32 raw public bytes, message, 64 signature bytes. */
export const verifyEd25519: Ed25519Verify = (publicKey, message, signature) => {
  const key = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(publicKey).toString('base64url') },
    format: 'jwk',
  });
  return verify(null, message, key, signature);
};
