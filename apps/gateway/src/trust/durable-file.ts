import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** A folder whose files are replaced atomically and durably: after `write` resolves, a power cut keeps the new content. */
export class DurableFolder {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Makes the folder; only its owner can look inside. */
  async prepare(): Promise<void> {
    await mkdir(this.#path, { recursive: true, mode: 0o700 });
  }

  /** The content of a file, or null when there is none. */
  async read(name: string): Promise<Uint8Array | null> {
    try {
      return await readFile(join(this.#path, name));
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  /** Write to a temporary file, fsync, rename, fsync the folder. */
  async write(name: string, content: Uint8Array): Promise<void> {
    const temporary = join(this.#path, `.${name}.tmp`);
    const file = await open(temporary, 'w', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, join(this.#path, name));
    const folder = await open(this.#path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  /** Names of the files in the folder. */
  async list(): Promise<string[]> {
    return (await readdir(this.#path)).filter((name) => !name.startsWith('.'));
  }

  /** Removes a file if it is there. */
  async remove(name: string): Promise<void> {
    await rm(join(this.#path, name), { force: true });
  }
}

function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}
