import { Refusal } from '@rollcall/kernel';
import { errorCode } from '../error-code.js';

const EXTERNAL = 'or set ROLLCALL_DATABASE_URL to a PostgreSQL server of your own';

/** The platform has no PostgreSQL binaries among the installed packages. */
export function unsupportedPlatform(platform: string): Refusal {
  return new Refusal({
    code: 'POSTGRES_PLATFORM_UNSUPPORTED',
    message: `There is no embedded PostgreSQL for ${platform}.`,
    nextStep: 'Set ROLLCALL_DATABASE_URL to a PostgreSQL server of your own.',
  });
}

/** The platform package is known but not installed (installed with --omit=optional, or on another machine). */
export function binariesMissing(name: string): Refusal {
  return new Refusal({
    code: 'POSTGRES_BINARIES_MISSING',
    message: `The package ${name} with the PostgreSQL binaries is not installed.`,
    nextStep: `Run npm install on this machine with optional dependencies, ${EXTERNAL}.`,
  });
}

/** Somebody else listens on the port that was asked for. */
export function portInUse(port: number): Refusal {
  return new Refusal({
    code: 'POSTGRES_PORT_IN_USE',
    message: `Port ${port} on 127.0.0.1 is in use by another program, so the embedded PostgreSQL cannot listen on it.`,
    nextStep: 'Stop that program or choose another port.',
    details: { port },
  });
}

/** The file system is full. */
export function diskFull(directory: string): Refusal {
  return new Refusal({
    code: 'POSTGRES_DISK_FULL',
    message: `There is no space left on the disk that holds ${directory}.`,
    nextStep: 'Free some space (about 200 MB are needed to start), or choose another data directory.',
    details: { directory },
  });
}

/** The cluster was made by another PostgreSQL major version. */
export function otherMajorVersion(directory: string, found: string, wanted: string): Refusal {
  return new Refusal({
    code: 'POSTGRES_OTHER_VERSION',
    message: `The data in ${directory} was written by PostgreSQL ${found}, but the embedded server is PostgreSQL ${wanted}.`,
    nextStep: `Dump the data with PostgreSQL ${found} and restore it into a new data directory, ${EXTERNAL}.`,
    details: { directory, found, wanted },
  });
}

/** We, or the user the server runs as, may not write where the data should be. */
export function notWritable(directory: string): Refusal {
  return new Refusal({
    code: 'POSTGRES_NOT_WRITABLE',
    message: `The embedded PostgreSQL may not write to ${directory}.`,
    nextStep: 'Give the user who starts Rollcall write access to it, or choose another data directory.',
    details: { directory },
  });
}

/** The directory holds something that is not a cluster; we never delete or overwrite it. */
export function notACluster(directory: string): Refusal {
  return new Refusal({
    code: 'POSTGRES_NOT_A_DATA_DIRECTORY',
    message: `${directory} is not empty and holds no PostgreSQL data.`,
    nextStep: 'Choose another data directory, or empty this one.',
    details: { directory },
  });
}

/** The cluster exists, its password does not, or is another one. */
export function passwordLost(file: string): Refusal {
  return new Refusal({
    code: 'POSTGRES_PASSWORD_LOST',
    message: `The password in ${file} does not open the embedded PostgreSQL, or the file is missing.`,
    nextStep: 'Restore that file from a backup, or remove the data directory to start with an empty database.',
    details: { file },
  });
}

/** A cache directory that somebody else could have filled: using its binaries would run foreign code. */
export function untrustedDirectory(directory: string): Refusal {
  return new Refusal({
    code: 'POSTGRES_UNTRUSTED_DIRECTORY',
    message: `${directory} exists but another user owns it or may write to it, so it is not used.`,
    nextStep: `Remove ${directory}, ${EXTERNAL}.`,
    details: { directory },
  });
}

/** We are root and may not become an unprivileged user; PostgreSQL refuses to run as root. */
export function cannotDropRoot(): Refusal {
  return new Refusal({
    code: 'POSTGRES_CANNOT_DROP_ROOT',
    message: 'PostgreSQL does not run as root, and this process is not allowed to switch to an unprivileged user.',
    nextStep: `Start Rollcall as an ordinary user, ${EXTERNAL}.`,
  });
}

/** initdb looks up the name of its user; containers that run as an arbitrary number have none. */
export function userUnknown(): Refusal {
  return new Refusal({
    code: 'POSTGRES_USER_UNKNOWN',
    message: 'PostgreSQL only runs as a user that the system knows by name, and this user id has no name.',
    nextStep: `Start Rollcall as a user listed in /etc/passwd, ${EXTERNAL}.`,
  });
}

/** The server did not start for a reason that has no name here; the log says more. */
export function didNotStart(logFile: string, lastLine: string): Refusal {
  return new Refusal({
    code: 'POSTGRES_DID_NOT_START',
    message: `The embedded PostgreSQL did not start: ${lastLine || 'it wrote no reason'}`,
    nextStep: `Read ${logFile}, ${EXTERNAL}.`,
    details: { logFile },
  });
}

/** Names what a PostgreSQL program wrote before it gave up; undefined when it is none of the expected reasons. */
export function refusalFromLog(log: string, where: { directory: string; port?: number }): Refusal | undefined {
  if (/Address already in use|WSAEADDRINUSE/i.test(log)) return portInUse(where.port ?? 0);
  if (/No space left on device/i.test(log)) return diskFull(where.directory);
  if (/set(res)?[ug]id failed|setgroups failed/i.test(log)) return cannotDropRoot();
  if (/could not look up effective user/i.test(log)) return userUnknown();
  if (/Permission denied|Read-only file system/i.test(log)) return notWritable(where.directory);
  return undefined;
}

/** Turns the expected file system errors into refusals; everything else is thrown as it is. */
export function refuseFileError(error: unknown, directory: string): never {
  const code = errorCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') throw diskFull(directory);
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') throw notWritable(directory);
  throw error;
}
