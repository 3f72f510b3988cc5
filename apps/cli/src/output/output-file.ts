import { type FileHandle, open, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { usage } from '../errors/failure.js';
import type { Io } from '../io.js';

/** Writes a file a person named: beside and renamed, so that nobody ever reads half of it. `mode` is cut by the umask. */
export async function writeOutput(io: Io, file: string, content: string | Uint8Array, mode = 0o666): Promise<void> {
  const target = path.resolve(io.cwd, file);
  const draft = `${target}.${process.pid}.new`;
  try {
    await writeFile(draft, content, { mode });
    await rename(draft, target);
  } catch (error) {
    throw unwritable(file, error);
  }
}

/**
 * Writes a stream to a file a person named while `inspect` reads it too; the file gets its name only when both are content.
 * Owner only: what is streamed is a log.
 */
export async function writeOutputStream<T>(
  io: Io,
  file: string,
  chunks: AsyncIterable<Uint8Array>,
  inspect: (chunks: AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<T> {
  const target = path.resolve(io.cwd, file);
  const draft = `${target}.${process.pid}.new`;
  const handle = await open(draft, 'w', 0o600).catch((error: unknown) => {
    throw unwritable(file, error);
  });
  try {
    const result = await inspect(copying(chunks, (chunk) => writeAll(handle, chunk, file)));
    await handle.close();
    await rename(draft, target);
    return result;
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(draft, { force: true });
    throw error;
  }
}

async function* copying(
  chunks: AsyncIterable<Uint8Array>,
  write: (chunk: Uint8Array) => Promise<void>,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    await write(chunk);
    yield chunk;
  }
}

async function writeAll(handle: FileHandle, chunk: Uint8Array, file: string): Promise<void> {
  await handle.writeFile(chunk).catch((error: unknown) => {
    throw unwritable(file, error);
  });
}

/** A path that cannot be written is a wrong call; anything else is not for us to explain. */
export function unwritable(file: string, error: unknown): unknown {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== 'string') return error;
  return usage(
    `${file} cannot be written (${code}).`,
    'Check the path, its permissions and the disk.',
    'FILE_UNWRITABLE',
  );
}
