import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { Env as Environment } from '@rollcall/config';
import { z } from 'zod';
import { usage } from '../errors/failure.js';

const loginSchema = z.strictObject({ url: z.string().max(2048), token: z.string().max(8192) });

/** What `rollcall login` remembers. */
export type Login = z.infer<typeof loginSchema>;

/** Where it is kept, by the XDG base directory specification: a relative XDG_CONFIG_HOME is to be ignored. */
export function loginFile(env: Environment): string {
  const given = env['XDG_CONFIG_HOME'];
  const base = given !== undefined && path.isAbsolute(given) ? given : path.join(env['HOME'] || homedir(), '.config');
  return path.join(base, 'rollcall', 'config.json');
}

/** The stored login, or null when there is none; a damaged file is refused, never silently ignored. */
export async function readLogin(file: string): Promise<Login | null> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw usage(`The login file ${file} cannot be read: ${error.message}.`, 'Correct its permissions.', 'LOGIN_FILE');
  });
  if (text === null) return null;
  const parsed = loginSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  throw usage(`The login file ${file} is damaged.`, 'Run rollcall login again.', 'LOGIN_FILE');
}

/** Stores a login for its owner alone; written beside and renamed, so that it is never half a file. */
export async function writeLogin(file: string, login: Login): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}.new`;
  const handle = await open(draft, 'w', 0o600);
  try {
    // An older draft would keep its own mode.
    await handle.chmod(0o600);
    await handle.writeFile(`${JSON.stringify(login, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, file);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
