import { open } from 'node:fs/promises';
import path from 'node:path';
import { usage } from '../errors/failure.js';
import { type Io, tooLarge } from '../io.js';

/** The bytes of a file, at most `maxBytes`; a path that cannot be read is a wrong call. */
export async function readBytes(io: Io, file: string, maxBytes: number): Promise<Uint8Array> {
  const handle = await open(path.resolve(io.cwd, file), 'r').catch((error: NodeJS.ErrnoException) => {
    throw unreadable(file, error);
  });
  try {
    // Read up to the limit instead of asking for the size: a pipe or device has none.
    const buffer = Buffer.alloc(64 * 1024);
    const chunks: Buffer[] = [];
    let size = 0;
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, null).catch((error: NodeJS.ErrnoException) => {
        throw unreadable(file, error);
      });
      if (bytesRead === 0) return Buffer.concat(chunks);
      size += bytesRead;
      if (size > maxBytes) throw tooLarge(`The file ${file}`, maxBytes);
      chunks.push(Buffer.from(buffer.subarray(0, bytesRead)));
    }
  } finally {
    await handle.close();
  }
}

/** {@link readBytes} as UTF-8 text; anything that is not UTF-8 is refused. */
export async function readText(io: Io, file: string, maxBytes: number): Promise<string> {
  return decode(await readBytes(io, file, maxBytes), `The file ${file}`);
}

/** Bytes as UTF-8, strictly: replaced characters would change what is judged. A byte order mark is kept for the parser to refuse. */
export function decode(bytes: Uint8Array, what: string): string {
  // Re-encoding tells, whatever the decoder put in place of what it did not understand.
  const text = Buffer.from(bytes).toString('utf8');
  if (Buffer.from(text, 'utf8').equals(bytes)) return text;
  throw usage(`${what} is not UTF-8 text.`, 'Save it as UTF-8.', 'NOT_UTF8');
}

const REASONS: Record<string, string> = {
  ENOENT: 'does not exist',
  EISDIR: 'is a folder',
  EACCES: 'may not be read',
  ENOTDIR: 'does not exist',
};

function unreadable(file: string, error: NodeJS.ErrnoException) {
  const reason = REASONS[error.code ?? ''] ?? `cannot be read (${error.code ?? error.message})`;
  const code = error.code === 'ENOENT' ? 'FILE_NOT_FOUND' : 'FILE_UNREADABLE';
  // com.acme/weather@1.2.0 is a version where a command takes nothing else
  const isVersion = /^[A-Za-z0-9.-]+\/[^\s@/]+@[^\s@/]+$/.test(file);
  const nextStep = isVersion ? `Check the path, or write registry:${file} for a version.` : 'Check the path.';
  return usage(`The file ${file} ${reason}.`, nextStep, code);
}
