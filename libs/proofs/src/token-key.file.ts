import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Refusal } from '@rollcall/kernel';

/** Where the key of registry tokens is, and what opens it. Nest token. */
export class TokenKeyLocation {
  constructor(
    readonly dir: string,
    readonly passphrase?: string,
  ) {}
}

/** The key pair registry tokens are signed with. */
export type TokenKey = { privateKey: KeyObject; publicKey: KeyObject };

const FILE = 'registry-token.key';

/**
 * Opens `registry-token.key` (Ed25519, PKCS#8 PEM, encrypted when there is a passphrase), or makes it with mode 0600. Replicas
 * that share the directory end up with the same key, also when they start at the same time.
 */
export function openTokenKey({ dir, passphrase }: TokenKeyLocation): TokenKey {
  const file = path.join(dir, FILE);
  if (!existsSync(file)) create(file, passphrase);
  try {
    const privateKey = createPrivateKey({
      key: readFileSync(file),
      format: 'pem',
      ...(passphrase === undefined ? {} : { passphrase }),
    });
    if (privateKey.asymmetricKeyType !== 'ed25519') throw unreadable(file);
    return { privateKey, publicKey: createPublicKey(privateKey) };
  } catch {
    // whatever is wrong inside the file, the message must not carry any of it
    throw unreadable(file);
  }
}

function create(file: string, passphrase: string | undefined): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const { privateKey } = generateKeyPairSync('ed25519');
  const sealed = passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase };
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem', ...sealed });
  const temporary = `${file}.${randomBytes(6).toString('hex')}`;
  writeFileSync(temporary, pem, { mode: 0o600, flag: 'wx' });
  try {
    // unlike rename, a link never replaces the key another replica has made in the meantime
    linkSync(temporary, file);
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(temporary);
  }
}

function unreadable(file: string): Refusal {
  return new Refusal({
    code: 'TOKEN_KEY_UNREADABLE',
    message: `${file} cannot be opened as the key of registry tokens.`,
    nextStep: 'Check ROLLCALL_KEYS_PASSPHRASE; a removed file is made anew, and tokens of five minutes become void.',
  });
}
