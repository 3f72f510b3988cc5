import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '@rollcall/kernel';
import { AuditSigner } from './audit-signer.port.js';

const FILE = 'audit.key';

/** Where the audit key is, and the passphrase that protects it (without: the file's mode does). */
export type AuditKeyLocation = { dir: string; passphrase?: string | undefined };

/**
 * The signer whose key is `audit.key` in the keys directory (PKCS#8 PEM, mode 0600), made when there is none. Opens the file
 * at the first use. Refuses with AUDIT_KEY_UNREADABLE.
 */
export class FileAuditSigner extends AuditSigner {
  private opened: { key: KeyObject; keyId: string; publicKey: string } | undefined;

  constructor(private readonly location: AuditKeyLocation) {
    super();
  }

  get keyId(): string {
    return this.open().keyId;
  }

  get publicKey(): string {
    return this.open().publicKey;
  }

  sign(message: Uint8Array): string {
    return sign(null, message, this.open().key).toString('base64');
  }

  private open() {
    this.opened ??= describe(readKey(this.location) ?? createKey(this.location));
    return this.opened;
  }
}

function describe(key: KeyObject) {
  const raw = Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x ?? '', 'base64url');
  return { key, keyId: createHash('sha256').update(raw).digest('hex'), publicKey: raw.toString('base64') };
}

function readKey({ dir, passphrase }: AuditKeyLocation): KeyObject | null {
  const file = join(dir, FILE);
  let pem: string;
  try {
    pem = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return null;
    throw unreadable(file);
  }
  try {
    const key = createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) });
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // whatever is wrong inside the file, the message must not carry any of it
  }
  throw unreadable(file);
}

/** Complete under another name first, then linked: of several processes that start at once, all end up with one key. */
function createKey(location: AuditKeyLocation): KeyObject {
  const { dir, passphrase } = location;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const { privateKey } = generateKeyPairSync('ed25519');
  const cipher = passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase };
  const file = join(dir, FILE);
  const draft = `${file}.${process.pid}.draft`;
  writeFileSync(draft, privateKey.export({ type: 'pkcs8', format: 'pem', ...cipher }), { mode: 0o600 });
  try {
    linkSync(draft, file);
    return privateKey;
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EEXIST') throw error;
    return readKey(location) ?? privateKey;
  } finally {
    unlinkSync(draft);
  }
}

function unreadable(file: string): Refusal {
  return new Refusal({
    code: 'AUDIT_KEY_UNREADABLE',
    message: `The key of the audit log in ${file} cannot be opened.`,
    nextStep:
      'Check that the process may read the file, and ROLLCALL_KEYS_PASSPHRASE. Without the key a new one has to be made: move the file away.',
  });
}
