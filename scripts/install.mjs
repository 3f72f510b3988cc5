// Are the installed packages the ones the lockfile names? npm records what it installed; the two must agree.
import { existsSync, readFileSync, statfsSync } from 'node:fs';
import path from 'node:path';
import { run } from './run.mjs';
import { Stop, say } from './say.mjs';

const NEEDED_MEGABYTES = 500;

/** Installs what the lockfile names when something else, or nothing, is there. */
export async function installWhenStale(root) {
  if (isInstalled(root)) return;
  requireSpace(root);
  say('Installing packages (the first time this takes a minute or two).');
  const code = await run(...npm(['ci', '--no-audit', '--no-fund', '--loglevel=error']), {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (code !== 0)
    throw new Stop(
      'Installing the packages failed, see above. Fix that (is the package registry reachable?) and run the same command again.',
    );
}

/** True when every package of the lockfile is there in its version. An interrupted installation leaves no record. */
export function isInstalled(root) {
  const record = path.join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const wanted = packagesOf(path.join(root, 'package-lock.json'));
  const present = packagesOf(record);
  return Object.entries(wanted).every(([name, one]) => {
    if (!name.startsWith('node_modules/') || one.link) return true;
    const other = present[name];
    // optional packages are left out on the platforms they are not for
    return other
      ? other.version === one.version && other.integrity === one.integrity
      : Boolean(one.optional || one.peer);
  });
}

function packagesOf(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
}

/** A full disk in the middle of an installation or a build leaves half of it. */
export function requireSpace(dir) {
  const { bavail, bsize } = statfsSync(dir);
  const free = Math.floor((bavail * bsize) / 1_048_576);
  if (free >= NEEDED_MEGABYTES) return;
  throw new Stop(
    `The disk that holds ${dir} has ${free} MB free, and ${NEEDED_MEGABYTES} MB are needed. Free some space and run the same command again.`,
  );
}

/** npm as a program and its arguments: the one that runs us, else the one on the path. */
function npm(args) {
  const own = process.env.npm_execpath;
  if (own?.endsWith('.js')) return [process.execPath, [own, ...args]];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm', args];
}
