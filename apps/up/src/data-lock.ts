import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { errorCode } from './error-code.js';
import { identityOf, type ProcessIdentity, stillRuns } from './process-identity.js';
import { readState } from './state-file.js';
import { alreadyRunning } from './up.errors.js';

/** Who holds the data directory, and where to find it. */
type LockHolder = ProcessIdentity & { url: string };

/**
 * Takes the lock of a data directory and returns what gives it back. The lock of a process that is gone is taken over,
 * also when its process id was recycled; that of a live one is refused with `UP_ALREADY_RUNNING`.
 */
export function takeLock(file: string, dataDir: string, url: string): () => void {
  const self = identityOf(process.pid);
  if (!self) throw new Error('this process has no identity');
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, JSON.stringify({ ...self, url } satisfies LockHolder), { mode: 0o600 });
  try {
    while (!tryLink(draft, file)) {
      const holder = readState<LockHolder>(file);
      if (holder === undefined) continue;
      if (holder !== 'damaged' && stillRuns(holder)) throw alreadyRunning(dataDir, holder.pid, holder.url);
      setAside(file, holder);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  return () => {
    const holder = readState<LockHolder>(file);
    if (holder !== undefined && holder !== 'damaged' && holder.pid === process.pid) rmSync(file, { force: true });
  };
}

/** A link appears with its whole content, and exactly one of two processes succeeds. */
function tryLink(draft: string, file: string): boolean {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Removes exactly the lock we judged; when another process was faster and this is its lock by now, puts it back. */
function setAside(file: string, judged: LockHolder | 'damaged'): void {
  const aside = `${file}.stale-${process.pid}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  const taken = readState<LockHolder>(aside);
  const same = JSON.stringify(taken) === JSON.stringify(judged);
  if (!same) tryLink(aside, file);
  rmSync(aside, { force: true });
}
