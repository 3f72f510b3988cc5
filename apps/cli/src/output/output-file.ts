import { rename, writeFile } from 'node:fs/promises';
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
