import { chmodSync, mkdirSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { errorCode } from './error-code.js';
import { readState, writeState } from './state-file.js';
import { corruptFile, diskFull, notOurDirectory, notWritable, otherDataVersion } from './up.errors.js';

/** The layout below the data directory; raised when an older Rollcall could no longer work on it. */
export const DATA_FORMAT = 1;

const NEEDED_MEGABYTES = 500;

/** Where everything of one installation lives. */
export type DataDirectory = {
  root: string;
  postgres: string;
  keys: string;
  trustRoot: string;
  gatewayState: string;
  logs: string;
  lockFile: string;
  childrenFile: string;
  tokensFile: string;
  runtimeFile: string;
  demoFile: string;
  launchersFile: string;
  memoryFile: string;
};

/** The names; touches nothing. */
export function dataDirectory(root: string): DataDirectory {
  const at = (...parts: string[]) => path.join(root, ...parts);
  return {
    root,
    postgres: at('postgres'),
    keys: at('keys'),
    trustRoot: at('trust', 'root.json'),
    gatewayState: at('gateway'),
    logs: at('logs'),
    lockFile: at('up.lock'),
    childrenFile: at('children.json'),
    tokensFile: at('tokens.json'),
    runtimeFile: at('runtime.json'),
    demoFile: at('demo.json'),
    launchersFile: at('launchers.json'),
    memoryFile: at('demo', 'memory.jsonl'),
  };
}

/** Makes the directory, or makes sure that it is ours, of a format we know, writable, and on a disk with space. */
export function prepareDataDirectory(data: DataDirectory, neededMegabytes = NEEDED_MEGABYTES): void {
  try {
    // PostgreSQL does not run as root: its user must be able to walk through, and to read nothing on the way
    const mode = process.getuid?.() === 0 ? 0o711 : 0o700;
    mkdirSync(path.dirname(data.root), { recursive: true });
    if (isNew(data.root)) mkdirSync(data.root, { recursive: true, mode });
    checkFormat(data.root);
    chmodSync(data.root, mode);
    for (const dir of [data.logs, path.dirname(data.memoryFile)]) mkdirSync(dir, { recursive: true, mode: 0o700 });
    const probe = path.join(data.root, `.write-${process.pid}`);
    writeFileSync(probe, 'x');
    rmSync(probe);
  } catch (error) {
    refuse(error, data.root);
  }
  const free = statfsSync(data.root);
  const freeMegabytes = Math.floor((Number(free.bavail) * Number(free.bsize)) / 1_048_576);
  if (freeMegabytes < neededMegabytes) throw diskFull(data.root, freeMegabytes, neededMegabytes);
}

function isNew(root: string): boolean {
  try {
    readdirSync(root);
    return false;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return true;
    throw error;
  }
}

type Marker = { product: string; format: number };

function checkFormat(root: string): void {
  const file = path.join(root, 'rollcall.json');
  const marker = readState<Marker>(file);
  if (marker === 'damaged') throw corruptFile(file);
  if (marker === undefined) {
    if (readdirSync(root).length > 0) throw notOurDirectory(root);
    writeState(file, { product: 'rollcall', format: DATA_FORMAT } satisfies Marker);
    return;
  }
  if (marker.product !== 'rollcall' || !Number.isSafeInteger(marker.format)) throw corruptFile(file);
  if (marker.format > DATA_FORMAT) throw otherDataVersion(root, String(marker.format), DATA_FORMAT);
}

function refuse(error: unknown, root: string): never {
  const code = errorCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') throw diskFull(root, 0, NEEDED_MEGABYTES);
  if (['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOENT', 'EISDIR'].includes(code))
    throw notWritable(root, code);
  throw error;
}
