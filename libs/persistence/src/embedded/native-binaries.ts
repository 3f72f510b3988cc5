import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { errorCode } from '../error-code.js';
import { binariesMissing, refuseFileError, unsupportedPlatform } from './embedded-postgres.errors.js';
import { canReach, ownDirectory, type ServerUser, sharedDirectory } from './server-user.js';

const PACKAGES: Record<string, string> = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'linux-arm': 'linux-arm',
  'linux-ia32': 'linux-ia32',
  'linux-ppc64': 'linux-ppc64',
  'darwin-x64': 'darwin-x64',
  'darwin-arm64': 'darwin-arm64',
  'win32-x64': 'windows-x64',
};

/** PostgreSQL programs the server's user can execute, and their major version. */
export type NativeBinaries = { program: (name: 'initdb' | 'postgres') => string; major: string };

/** Finds the installed binaries, completes them, and copies them where `user` can reach them when it cannot. */
export function nativeBinaries(user: ServerUser | undefined, platform = currentPlatform()): NativeBinaries {
  const installed = installedPackage(platform);
  const native = usableNative(installed, user);
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return {
    program: (name) => path.join(native, 'bin', `${name}${suffix}`),
    major: installed.version.split('.')[0] ?? '',
  };
}

function currentPlatform(): string {
  return `${process.platform}-${process.arch}`;
}

/** Where a package with binaries is, and its version. */
export type InstalledPackage = { root: string; version: string };

/** The package for `platform`; refuses an unknown platform and a missing package. */
export function installedPackage(platform = currentPlatform()): InstalledPackage {
  const suffix = PACKAGES[platform];
  if (!suffix) throw unsupportedPlatform(platform);
  const name = `@embedded-postgres/${suffix}`;
  const root = packageRoot(name);
  if (!root) throw binariesMissing(name);
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
  return { root, version: manifest.version };
}

function packageRoot(name: string): string | undefined {
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  for (const modules of require.resolve.paths(name) ?? []) {
    const candidate = path.join(modules, name);
    if (existsSync(path.join(candidate, 'native', 'bin'))) return candidate;
  }
  return undefined;
}

function usableNative(installed: InstalledPackage, user: ServerUser | undefined): string {
  const native = path.join(installed.root, 'native');
  if (canReach(user, path.join(native, 'bin')) && completed(installed.root)) return native;
  return copiedNative(installed);
}

type Link = { source: string; target: string };

/** npm packages carry no symbolic links; the package lists them, and its install script may have been blocked. */
function completed(root: string): boolean {
  const list = path.join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return true;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as Link[]) {
    const to = path.join(root, target);
    if (lstatSync(to, { throwIfNoEntry: false })) continue;
    try {
      symlinkSync(path.relative(path.dirname(to), path.join(root, source)), to);
    } catch (error) {
      const code = errorCode(error);
      if (code === 'EEXIST') continue; // another process was faster
      if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') return false; // read-only installation: copy
      throw error;
    }
  }
  return true;
}

/** Copies once per version into our shared directory; a finished copy appears by rename, so half a copy is never run. */
export function copiedNative(installed: InstalledPackage, base = sharedDirectory()): string {
  const target = path.join(base, `binaries-${installed.version}-${fingerprint(installed)}`);
  const uid = process.getuid?.() ?? 0;
  if (lstatSync(target, { throwIfNoEntry: false })) return path.join(ownDirectory(target, uid), 'native');
  try {
    const staging = mkdtempSync(path.join(base, 'copying-'));
    chmodSync(staging, 0o755);
    cpSync(path.join(installed.root, 'native'), path.join(staging, 'native'), {
      recursive: true,
      verbatimSymlinks: true,
    });
    openToAll(path.join(staging, 'native'));
    writeFileSync(path.join(staging, 'package.json'), JSON.stringify({ version: installed.version }));
    completed(staging);
    publish(staging, target);
  } catch (error) {
    refuseFileError(error, base);
  }
  return path.join(ownDirectory(target, uid), 'native');
}

function publish(staging: string, target: string): void {
  try {
    renameSync(staging, target);
  } catch (error) {
    if (!existsSync(target)) throw error;
    rmSync(staging, { recursive: true, force: true }); // another process published the same copy first
  }
}

/** Readable and enterable by every user, writable by us only: the owner's umask must not lock the server out. */
function openToAll(dir: string): void {
  chmodSync(dir, 0o755);
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const full = path.join(dir, entry.name);
    if (entry.isDirectory()) openToAll(full);
    else if (entry.isFile()) chmodSync(full, lstatSync(full).mode & 0o100 ? 0o755 : 0o644);
  }
}

function fingerprint(installed: InstalledPackage): string {
  const bin = path.join(installed.root, 'native', 'bin');
  const sizes = readdirSync(bin)
    .sort()
    .map((name) => `${name}:${lstatSync(path.join(bin, name)).size}`);
  return createHash('sha256')
    .update(JSON.stringify([process.arch, installed.version, sizes]))
    .digest('hex')
    .slice(0, 12);
}
