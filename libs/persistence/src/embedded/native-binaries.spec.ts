import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { refusalFromLog, refuseFileError } from './embedded-postgres.errors.js';
import { copiedNative, installedPackage, nativeBinaries } from './native-binaries.js';
import { canReach, ownDirectory, serverUser } from './server-user.js';

const uid = process.getuid?.() ?? 0;
const asRootOnly = uid === 0 ? it : it.skip;
let home: string;

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'rollcall-native-'));
  chmodSync(home, 0o755);
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

const codeOf = (attempt: () => unknown) => {
  try {
    attempt();
    return 'passed';
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
};

describe('the PostgreSQL binaries', () => {
  it('are of the major version the package names', () => {
    const binaries = nativeBinaries(serverUser());
    const { stdout } = spawnSync(binaries.program('postgres'), ['--version'], { ...serverUser(), encoding: 'utf8' });
    expect(stdout).toContain(`(PostgreSQL) ${binaries.major}.`);
  });

  it('are refused with a hint on a platform that has none', () => {
    expect(codeOf(() => nativeBinaries(undefined, 'aix-ppc64'))).toBe('POSTGRES_PLATFORM_UNSUPPORTED');
  });

  it('run from a copy that the server user can reach', () => {
    const native = copiedNative(installedPackage(), home);
    expect(readdirSync(home)).toHaveLength(1);
    const { stdout } = spawnSync(path.join(native, 'bin', 'initdb'), ['--version'], {
      ...serverUser(),
      encoding: 'utf8',
    });
    expect(stdout).toContain('initdb (PostgreSQL)');
    expect(copiedNative(installedPackage(), home)).toBe(native);
  });

  it('are not taken from a copy somebody else may write to', () => {
    const copy = path.dirname(copiedNative(installedPackage(), home));
    chmodSync(copy, 0o777);
    expect(codeOf(() => copiedNative(installedPackage(), home))).toBe('POSTGRES_UNTRUSTED_DIRECTORY');
  });
});

describe('a shared directory', () => {
  it('is made by us and then used again', () => {
    const dir = ownDirectory(path.join(home, 'ours'), uid);
    expect(lstatSync(dir).mode & 0o022).toBe(0);
    expect(ownDirectory(dir, uid)).toBe(dir);
  });

  it('is refused when it is a symbolic link', () => {
    mkdirSync(path.join(home, 'elsewhere'));
    symlinkSync(path.join(home, 'elsewhere'), path.join(home, 'link'));
    expect(codeOf(() => ownDirectory(path.join(home, 'link'), uid))).toBe('POSTGRES_UNTRUSTED_DIRECTORY');
  });

  asRootOnly('is refused when another user prepared it', () => {
    mkdirSync(path.join(home, 'trap'));
    chownSync(path.join(home, 'trap'), 12345, 12345);
    expect(codeOf(() => ownDirectory(path.join(home, 'trap'), uid))).toBe('POSTGRES_UNTRUSTED_DIRECTORY');
  });
});

describe('reaching a directory', () => {
  const stranger = { uid: 54321, gid: 54321 };

  it('fails when one directory on the way is closed, whether or not the rest exists', () => {
    mkdirSync(path.join(home, 'a/b'), { recursive: true });
    expect(canReach(stranger, path.join(home, 'a/b'))).toBe(true);
    chmodSync(path.join(home, 'a'), 0o700);
    expect(canReach(stranger, path.join(home, 'a/b'))).toBe(false);
    expect(canReach(stranger, path.join(home, 'a/b/not/there/yet'))).toBe(false);
    expect(canReach({ uid, gid: 0 }, path.join(home, 'a/b'))).toBe(true);
    expect(canReach(undefined, path.join(home, 'a/b'))).toBe(true);
  });
});

describe('reasons in a log or of the file system', () => {
  it.each([
    ['could not write to file "base/1": No space left on device', 'POSTGRES_DISK_FULL'],
    ['could not bind IPv4 address "127.0.0.1": Address already in use', 'POSTGRES_PORT_IN_USE'],
    ['initdb: error: could not access directory "/x": Permission denied', 'POSTGRES_NOT_WRITABLE'],
    ['setpriv: setresuid failed: Operation not permitted', 'POSTGRES_CANNOT_DROP_ROOT'],
    ['initdb: could not look up effective user ID 12345: user does not exist', 'POSTGRES_USER_UNKNOWN'],
    ['something else entirely', undefined],
  ])('reads "%s" as %s', (log, code) => {
    expect(refusalFromLog(log, { directory: '/data', port: 1 })?.code).toBe(code);
  });

  it('names a full disk and a closed directory, and passes everything else on', () => {
    const failing = (code: string) => () => refuseFileError(Object.assign(new Error(code), { code }), '/data');
    expect(codeOf(failing('ENOSPC'))).toBe('POSTGRES_DISK_FULL');
    expect(codeOf(failing('EROFS'))).toBe('POSTGRES_NOT_WRITABLE');
    expect(codeOf(failing('EMFILE'))).toBe('EMFILE');
  });
});
