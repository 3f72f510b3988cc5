import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';

/** What is really started: the command itself, or the tools of the platform that limit it and then become it. */
export type SandboxedCommand = { command: string; args: string[] };

type Wish = { command: string; args: string[]; cwd: string; path: string };

/**
 * Wraps a command in what this Linux has: `setpriv` (dies with us, gains no privilege from a set-uid file) and `prlimit`
 * (no core dump; data of one process bounded by the kernel). Not `--as`: a JavaScript engine reserves far more addresses
 * than it uses. Null when the command is no file that may be executed.
 */
export function sandboxed(wish: Wish, maxProcessBytes: number): SandboxedCommand | null {
  const command = executable(wish.command, wish.cwd, wish.path);
  if (command === null) return null;
  if (process.platform !== 'linux') return { command, args: wish.args };
  const tools = [
    ['setpriv', '--no-new-privs', '--pdeathsig', 'KILL', '--'],
    ['prlimit', '--core=0', `--data=${maxProcessBytes}`, '--'],
  ];
  const words = tools.flatMap(([tool = '', ...options]) => {
    const found = executable(tool, '/', SYSTEM_PATH);
    return found !== null && works([found, ...options]) ? [found, ...options] : [];
  });
  const [first = command, ...rest] = [...words, command, ...wish.args];
  return { command: first, args: rest };
}

const SYSTEM_PATH = ['/usr/bin', '/bin', '/usr/local/bin'].join(delimiter);

const tried = new Map<string, boolean>();

/** A smaller system has tools of these names with fewer options, and a container may forbid them: tried once. */
function works(words: readonly string[]): boolean {
  const key = words.join(' ');
  const known = tried.get(key);
  if (known !== undefined) return known;
  const [tool = '', ...rest] = words;
  const { status } = spawnSync(tool, [...rest, process.execPath, '--version'], { env: {}, timeout: 5_000 });
  tried.set(key, status === 0);
  return status === 0;
}

/**
 * Nothing is inherited: a secret of this process must not reach a server that happens to run beside it. The search path
 * is the one a fresh login would have, plus the directory of this Node, so that `npx` and `node` are found.
 */
export function childEnvironment(env: Record<string, string> | undefined): Record<string, string> {
  return { PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`, HOME: '/tmp', ...env };
}

function executable(command: string, cwd: string, path: string): string | null {
  const candidates = command.includes('/')
    ? [isAbsolute(command) ? command : resolve(cwd, command)]
    : path.split(delimiter).map((folder) => join(folder, command));
  return candidates.find(isExecutable) ?? null;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    // not there, or not ours to run: both mean that it cannot be started
    return false;
  }
}

/** Memory in use by every process of a group, in bytes; null where the platform does not tell. */
export async function groupMemory(group: number): Promise<number | null> {
  if (process.platform !== 'linux') return null;
  const entries = await readdir('/proc');
  const sizes = await Promise.all(entries.filter((name) => /^\d+$/.test(name)).map((pid) => memoryOf(pid, group)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** proc(5): in `stat` the group is the third field after the command in brackets; `status` tells resident memory in kB. */
async function memoryOf(pid: string, group: number): Promise<number> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (Number(fields[2]) !== group) return 0;
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1_024;
  } catch {
    // it ended while we looked
    return 0;
  }
}
