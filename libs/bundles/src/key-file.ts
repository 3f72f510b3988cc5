import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  scryptSync,
  sign,
} from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { keyIdOf, type Signer, type TrustRole } from '@rollcall/bundle';
import { z } from 'zod';
import { keysMissing, keysUnreadable } from './bundles.errors.js';

const KEY_FILE = z.strictObject({
  format: z.literal('rollcall.key.v1'),
  role: z.string(),
  keyid: z.string(),
  protection: z.union([
    z.strictObject({ kind: z.literal('none') }),
    z.strictObject({ kind: z.literal('scrypt'), salt: z.string(), iv: z.string(), tag: z.string() }),
  ]),
  /** PKCS#8 DER in base64, encrypted with AES-256-GCM when protected. */
  private: z.string(),
});

// OWASP's recommendation for interactive use; about 0.1 s and 128 MB once per start
const SCRYPT = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 };

/** A private key of one role, held in memory. */
export type RoleKey = { role: TrustRole; publicRaw: Uint8Array; signer: Signer };

const fileOf = (dir: string, role: TrustRole) => join(dir, `${role}.key.json`);

/** True when the directory has a key for the role. */
export const hasKey = (dir: string, role: TrustRole): boolean => existsSync(fileOf(dir, role));

/** Makes an Ed25519 key for a role, mode 0600, encrypted when a passphrase is given; an existing file is never replaced. */
export function createKey(dir: string, role: TrustRole, passphrase?: string): RoleKey {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const { privateKey } = generateKeyPairSync('ed25519');
  const key = roleKey(role, privateKey);
  const der = privateKey.export({ format: 'der', type: 'pkcs8' });
  const sealed = passphrase === undefined ? { protection: { kind: 'none' }, private: der } : seal(der, passphrase);
  const document = {
    format: 'rollcall.key.v1',
    role,
    keyid: key.signer.keyid,
    ...sealed,
    private: sealed.private.toString('base64'),
  };
  writeFileSync(fileOf(dir, role), `${JSON.stringify(document, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  return key;
}

/** Opens the key of a role. Refuses with KEYS_MISSING or KEYS_UNREADABLE. */
export function openKey(dir: string, role: TrustRole, passphrase?: string): RoleKey {
  const file = fileOf(dir, role);
  if (!existsSync(file)) throw keysMissing(dir, role);
  try {
    const document = KEY_FILE.parse(JSON.parse(readFileSync(file, 'utf8')));
    const stored = Buffer.from(document.private, 'base64');
    const { protection } = document;
    const der = protection.kind === 'none' ? stored : unseal(stored, protection, passphrase ?? '');
    const key = roleKey(role, createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
    if (key.signer.keyid !== document.keyid || document.role !== role) throw keysUnreadable(file);
    return key;
  } catch {
    // whatever is wrong inside the file, the message must not carry any of it
    throw keysUnreadable(file);
  }
}

function roleKey(role: TrustRole, privateKey: KeyObject): RoleKey {
  const jwk = createPublicKey(privateKey).export({ format: 'jwk' });
  const publicRaw = new Uint8Array(Buffer.from(jwk.x ?? '', 'base64url'));
  return {
    role,
    publicRaw,
    signer: { keyid: keyIdOf(publicRaw), sign: async (message) => new Uint8Array(sign(null, message, privateKey)) },
  };
}

function seal(der: Buffer, passphrase: string) {
  const salt = randomBytes(16);
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', scryptSync(passphrase, salt, 32, SCRYPT), iv);
  const sealed = Buffer.concat([cipher.update(der), cipher.final()]);
  return {
    protection: {
      kind: 'scrypt',
      salt: salt.toString('base64'),
      iv: iv.toString('base64'),
      tag: cipher.getAuthTag().toString('base64'),
    },
    private: sealed,
  };
}

function unseal(sealed: Buffer, how: { salt: string; iv: string; tag: string }, passphrase: string): Buffer {
  const key = scryptSync(passphrase, Buffer.from(how.salt, 'base64'), 32, SCRYPT);
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(how.iv, 'base64'));
  decipher.setAuthTag(Buffer.from(how.tag, 'base64'));
  return Buffer.concat([decipher.update(sealed), decipher.final()]);
}
