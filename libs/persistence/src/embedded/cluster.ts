import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { errorCode } from '../error-code.js';
import {
  didNotStart,
  notACluster,
  otherMajorVersion,
  passwordLost,
  refusalFromLog,
  refuseFileError,
} from './embedded-postgres.errors.js';
import type { NativeBinaries } from './native-binaries.js';
import { canReach, type ServerUser, sharedDirectory } from './server-user.js';

/** The superuser of every embedded cluster. */
export const CLUSTER_USER = 'rollcall';

/** One initialised data directory, where its server keeps it, and how to sign in. */
export type Cluster = {
  /** What the operator named; a symbolic link when the data lives elsewhere. */
  dataDir: string;
  /** Where the data really is. */
  directory: string;
  password: string;
  passwordFile: string;
  logFile: string;
  ownerFile: string;
};

/** Opens the cluster in `dataDir`, making it when there is none. Nothing of it is visible until it is complete. */
export function openCluster(input: {
  dataDir: string;
  user: ServerUser | undefined;
  binaries: NativeBinaries;
  durable: boolean;
}): Cluster {
  const dataDir = path.resolve(input.dataDir);
  try {
    mkdirSync(path.dirname(dataDir), { recursive: true, mode: 0o755 });
    const directory = locate(dataDir, input.user);
    const passwordFile = `${dataDir}.password`;
    const exists = isCluster(directory, input.binaries.major);
    if (exists && !existsSync(passwordFile)) throw passwordLost(passwordFile);
    const password = keptPassword(passwordFile);
    if (!exists) initialise({ ...input, directory, password });
    return {
      dataDir,
      directory,
      password,
      passwordFile,
      logFile: `${dataDir}.log`,
      ownerFile: `${dataDir}.owner`,
    };
  } catch (error) {
    refuseFileError(error, path.dirname(dataDir));
  }
}

/**
 * Where the data goes. When we are root and the checkout lies below a closed directory (root's home, a temporary
 * directory), the server's user could not get there: the data then lives below `/var/lib/rollcall` and `dataDir`
 * is a symbolic link to it.
 */
function locate(dataDir: string, user: ServerUser | undefined): string {
  const present = lstatSync(dataDir, { throwIfNoEntry: false });
  if (present?.isSymbolicLink()) return path.resolve(path.dirname(dataDir), readlinkSync(dataDir));
  if (present || canReach(user, path.dirname(dataDir))) return dataDir;
  const home = mkdtempSync(path.join(sharedDirectory(), 'data-'));
  chmodSync(home, 0o711);
  writeFileSync(path.join(home, 'README'), `Data of the embedded PostgreSQL of ${dataDir}\n`, { mode: 0o600 });
  const directory = path.join(home, 'postgres');
  try {
    symlinkSync(directory, dataDir);
    return directory;
  } catch (error) {
    rmSync(home, { recursive: true, force: true });
    if (lstatSync(dataDir, { throwIfNoEntry: false })?.isSymbolicLink()) return locate(dataDir, user);
    throw error;
  }
}

function isCluster(directory: string, major: string): boolean {
  if (!existsSync(directory)) return false;
  const versionFile = path.join(directory, 'PG_VERSION');
  if (existsSync(versionFile)) {
    const found = readFileSync(versionFile, 'utf8').trim();
    if (found !== major) throw otherMajorVersion(directory, found, major);
    return true;
  }
  if (readdirSync(directory).length > 0) throw notACluster(directory);
  return false;
}

/** Made once; the link makes it appear whole, and the first of two processes wins. */
function keptPassword(file: string): string {
  if (!existsSync(file)) {
    const draft = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;
    writeFileSync(draft, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
    try {
      linkSync(draft, file);
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    } finally {
      rmSync(draft, { force: true });
    }
  }
  chmodSync(file, 0o600);
  return readFileSync(file, 'utf8').trim();
}

/** initdb into a directory beside the final one, then one rename: a crash half-way leaves no half cluster behind. */
function initialise(input: {
  directory: string;
  user: ServerUser | undefined;
  binaries: NativeBinaries;
  durable: boolean;
  password: string;
}): void {
  const { directory, user } = input;
  removeAbandoned(directory);
  const staging = mkdtempSync(`${directory}.init-${process.pid}-`);
  const passwordFile = `${staging}.password`;
  try {
    writeFileSync(passwordFile, input.password, { mode: 0o600, flag: 'wx' });
    if (user) for (const file of [staging, passwordFile]) chownSync(file, user.uid, user.gid);
    const result = spawnSync(input.binaries.program('initdb'), initdbArguments(staging, passwordFile, input.durable), {
      ...user,
      cwd: '/',
      encoding: 'utf8',
      env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' },
    });
    if (result.status !== 0) throw initdbRefusal(directory, `${result.error ?? ''}${result.stderr ?? ''}`);
    renameSync(staging, directory);
  } catch (error) {
    if (!existsSync(path.join(directory, 'PG_VERSION'))) throw error; // else another process was faster: use its cluster
  } finally {
    rmSync(passwordFile, { force: true });
    rmSync(staging, { recursive: true, force: true });
  }
}

function initdbArguments(directory: string, passwordFile: string, durable: boolean): string[] {
  return [
    ...['-D', directory, '-U', CLUSTER_USER, '--auth=scram-sha-256', `--pwfile=${passwordFile}`],
    ...['-E', 'UTF8', '--locale-provider=builtin', '--locale=C.UTF-8', '--no-instructions'],
    ...(durable ? [] : ['--no-sync']),
  ];
}

function initdbRefusal(directory: string, log: string): Error {
  const lines = log.split('\n').filter((line) => /error|fatal|FATAL|PANIC/.test(line));
  return refusalFromLog(log, { directory }) ?? didNotStart(directory, lines.at(-1) ?? log.trim());
}

/** Half-made clusters of processes that are gone. */
function removeAbandoned(directory: string): void {
  const prefix = `${path.basename(directory)}.init-`;
  for (const name of readdirSync(path.dirname(directory))) {
    const owner = name.startsWith(prefix) ? Number(name.slice(prefix.length).split('-')[0]) : 0;
    if (owner && !isAlive(owner)) rmSync(path.join(path.dirname(directory), name), { recursive: true, force: true });
  }
}

/** True when a process with this id runs, ours or not. One that ended but was not collected by its parent does not run. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (errorCode(error) !== 'EPERM') return false;
  }
  const stat = `/proc/${pid}/stat`;
  return !(existsSync(stat) && /\) [ZX] /.test(readFileSync(stat, 'utf8')));
}
