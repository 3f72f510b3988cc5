import { lstatSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import path from 'node:path';
import { errorCode } from '../error-code.js';
import { refuseFileError, untrustedDirectory } from './embedded-postgres.errors.js';

/** The user the server runs as: PostgreSQL refuses uid 0, so root becomes `nobody`; everyone else stays who they are. */
export type ServerUser = { uid: number; gid: number };

const NOBODY: ServerUser = { uid: 65534, gid: 65534 };

/** Undefined when the server runs as the user who starts it. */
export function serverUser(): ServerUser | undefined {
  return process.getuid?.() === 0 ? NOBODY : undefined;
}

/**
 * True when `user` may enter every existing directory on the way to `target`, itself included.
 * Access lists are not read: a directory that only they open counts as closed, which costs a copy and nothing else.
 */
export function canReach(user: ServerUser | undefined, target: string): boolean {
  if (!user) return true;
  let existing = path.resolve(target);
  while (!lstatSync(existing, { throwIfNoEntry: false })) existing = path.dirname(existing);
  const resolved = realpathSync(existing);
  for (let dir = resolved; ; dir = path.dirname(dir)) {
    const stat = statSync(dir);
    const bit = stat.uid === user.uid ? 0o100 : stat.gid === user.gid ? 0o010 : 0o001;
    if (stat.isDirectory() && !(stat.mode & bit)) return false;
    if (dir === path.dirname(dir)) return true;
  }
}

/**
 * A directory of ours that every local user can enter and only we can write to: `/var/lib/rollcall` for root,
 * `/var/tmp/rollcall-<uid>` for others. One that somebody else prepared is refused, never used.
 */
export function sharedDirectory(): string {
  const uid = process.getuid?.() ?? 0;
  const dir = uid === 0 ? '/var/lib/rollcall' : `/var/tmp/rollcall-${uid}`;
  return ownDirectory(dir, uid);
}

/** Makes `dir` if it is missing and insists that it is a real directory, owned by `uid`, writable by nobody else. */
export function ownDirectory(dir: string, uid: number): string {
  try {
    mkdirSync(path.dirname(dir), { recursive: true, mode: 0o755 });
    if (!lstatSync(dir, { throwIfNoEntry: false })) mkdirSync(dir, { mode: 0o755 });
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') refuseFileError(error, dir);
  }
  const stat = lstatSync(dir);
  if (!stat.isDirectory() || stat.uid !== uid || (stat.mode & 0o022) !== 0) throw untrustedDirectory(dir);
  return dir;
}
