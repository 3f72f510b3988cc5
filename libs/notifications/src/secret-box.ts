import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { Injectable } from '@nestjs/common';
import { NotificationSettings } from './notification-settings.js';
import { secretsKeyUnreadable, secretUnreadable } from './notifications.errors.js';

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Seals what must be stored but not be readable in the database: AES-256-GCM with the key file of the installation. */
@Injectable()
export class SecretBox {
  private key: Buffer | undefined;

  constructor(private readonly settings: NotificationSettings) {}

  /** Seals `text` for one place; opened for another place it is refused, so that rows cannot be exchanged. */
  seal(text: string, place: readonly string[]): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.keyBytes(), iv).setAAD(placeBytes(place));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return `v1.${Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')}`;
  }

  /** The text that was sealed for this place. Refuses with SECRET_UNREADABLE when key, place or bytes differ. */
  open(sealed: string, place: readonly string[]): string {
    const key = this.keyBytes();
    try {
      if (!sealed.startsWith('v1.')) throw secretUnreadable();
      const bytes = Buffer.from(sealed.slice(3), 'base64url');
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
      decipher.setAAD(placeBytes(place)).setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8');
    } catch {
      // whatever is wrong with the bytes, the message must not carry any of it
      throw secretUnreadable();
    }
  }

  /** Read when it is first needed: a process that seals nothing needs no key. */
  private keyBytes(): Buffer {
    this.key ??= openSecretsKey(this.settings.secretsKeyFile);
    return this.key;
  }
}

/** The key in `file`; makes it, mode 0600, when there is none. Of several processes that start at once one makes it. */
export function openSecretsKey(file: string): Buffer {
  if (!exists(file)) createKeyFile(file);
  const text = readFileSync(file, 'utf8').trim();
  const key = Buffer.from(text, 'base64');
  if (key.byteLength !== KEY_BYTES || key.toString('base64') !== text) throw secretsKeyUnreadable(file);
  return key;
}

/** Written whole under another name, then linked: nobody ever reads half a key, and a present one is never replaced. */
function createKeyFile(file: string): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  const handle = openSync(draft, 'wx', 0o600);
  try {
    writeSync(handle, `${randomBytes(KEY_BYTES).toString('base64')}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function exists(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}

function placeBytes(place: readonly string[]): Buffer {
  return Buffer.from(JSON.stringify(place));
}
