import { createPublicKey, verify } from 'node:crypto';
import { createReadStream } from 'node:fs';
import path from 'node:path';
import {
  type AuditExportVerdict,
  AuditExportVerifier,
  type AuditPublicKey,
  NotAnExport,
  type VerifySignature,
} from '@rollcall/schema';
import { usage } from './errors/failure.js';
import { type Io, tooLarge } from './io.js';

/** More than any event has: its data is what one request said. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;

/** What verification found; `contains` says whether one of the hashes is the one that was asked for. */
export type AuditVerification = { verdict: AuditExportVerdict; contains: boolean };

/** The pieces of a file. */
export async function* fileChunks(io: Io, file: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(path.resolve(io.cwd, file))) yield chunk as Buffer;
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (typeof code !== 'string') throw error;
    const missing = code === 'ENOENT' || code === 'ENOTDIR';
    const reason = missing ? 'does not exist' : `cannot be read (${code})`;
    throw usage(`The file ${file} ${reason}.`, 'Check the path.', missing ? 'FILE_NOT_FOUND' : 'FILE_UNREADABLE');
  }
}

/** Verifies an export while it is read: however long it is, one line of it is in memory. Refuses NOT_AN_EXPORT. */
export async function verifyAuditExport(
  chunks: AsyncIterable<Uint8Array>,
  options: { keys?: readonly AuditPublicKey[] | undefined; hash?: string | undefined },
): Promise<AuditVerification> {
  const verifier = new AuditExportVerifier(verifyEd25519, options.keys);
  let contains = false;
  try {
    for await (const line of linesOf(chunks)) {
      verifier.push(line, (hash) => {
        contains ||= hash === options.hash;
      });
    }
  } catch (error) {
    if (!(error instanceof NotAnExport)) throw error;
    throw notAnExport(error.message);
  }
  return { verdict: verifier.end(), contains };
}

async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      yield decode(Buffer.concat([rest, chunk.subarray(from, at)]));
      rest = Buffer.alloc(0);
      from = at + 1;
    }
    rest = Buffer.concat([rest, chunk.subarray(from)]);
    if (rest.length > MAX_LINE_BYTES) throw tooLarge('A line of the export', MAX_LINE_BYTES);
  }
  if (rest.length > 0) yield decode(rest);
}

/** Strictly: replaced characters would change what is judged. */
function decode(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  if (Buffer.from(text, 'utf8').equals(bytes)) return text;
  throw notAnExport('It is not UTF-8 text.');
}

const notAnExport = (message: string) => usage(message, 'Export again with rollcall audit export.', 'NOT_AN_EXPORT');

const verifyEd25519: VerifySignature = (publicKey, message, signature) => {
  try {
    const x = Buffer.from(publicKey, 'base64').toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    return verify(null, message, key, Buffer.from(signature, 'base64'));
  } catch {
    return false; // not a key: nothing it is said to have signed holds
  }
};
