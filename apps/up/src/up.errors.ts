import { Refusal } from '@rollcall/kernel';

/** A flag that does not exist or has an impossible value. */
export function wrongUse(problem: string): Refusal {
  return new Refusal({
    code: 'UP_WRONG_USE',
    message: problem,
    nextStep: 'Use: npm run up -- [--port N] [--gateway-port N] [--data-dir DIR] [--no-demo] [--detach] [--no-build]',
  });
}

/** Somebody else listens where we would. */
export function portTaken(port: number, host: string, flag: string): Refusal {
  return new Refusal({
    code: 'UP_PORT_TAKEN',
    message: `Port ${port} on ${host} is in use by another program.`,
    nextStep: `Stop that program, or choose another port: npm run up -- ${flag} N`,
    details: { port, host },
  });
}

/** The address does not belong to this machine, or the port needs more rights. */
export function cannotListen(port: number, host: string, code: string): Refusal {
  return new Refusal({
    code: 'UP_CANNOT_LISTEN',
    message: `This process cannot listen on ${host} port ${port} (${code}).`,
    nextStep: 'Choose an address of this machine and a port above 1023.',
    details: { port, host },
  });
}

/** A live supervisor works on the same data. */
export function alreadyRunning(dataDir: string, pid: number, url: string): Refusal {
  return new Refusal({
    code: 'UP_ALREADY_RUNNING',
    message: `Rollcall already runs on ${dataDir} (process ${pid}): ${url}`,
    nextStep: 'Use it, stop it with: npm run down, or start a second one with other ports and another --data-dir.',
    details: { pid, url },
  });
}

/** The directory was made by a later Rollcall. */
export function otherDataVersion(dataDir: string, found: string, wanted: number): Refusal {
  return new Refusal({
    code: 'UP_OTHER_DATA_VERSION',
    message: `The data in ${dataDir} has format ${found}, and this Rollcall knows formats up to ${wanted}.`,
    nextStep: 'Start it with the Rollcall that wrote it, or choose another directory with --data-dir.',
    details: { found, wanted },
  });
}

/** A directory with something else in it: we never mix our files into it. */
export function notOurDirectory(dataDir: string): Refusal {
  return new Refusal({
    code: 'UP_NOT_A_DATA_DIRECTORY',
    message: `${dataDir} is not empty and was not made by Rollcall.`,
    nextStep: 'Choose an empty or a new directory with --data-dir.',
  });
}

/** One of our own files cannot be understood. */
export function corruptFile(file: string): Refusal {
  return new Refusal({
    code: 'UP_CORRUPT_FILE',
    message: `${file} is damaged and cannot be read.`,
    nextStep: 'Restore it from a backup, or choose another directory with --data-dir.',
  });
}

/** Starting with a full disk damages data. */
export function diskFull(directory: string, freeMegabytes: number, neededMegabytes: number): Refusal {
  return new Refusal({
    code: 'UP_DISK_FULL',
    message: `The disk that holds ${directory} has ${freeMegabytes} MB free, and ${neededMegabytes} MB are needed.`,
    nextStep: 'Free some space, or choose a directory on another disk with --data-dir.',
    details: { freeMegabytes, neededMegabytes },
  });
}

/** The data directory cannot be made or written to. */
export function notWritable(directory: string, code: string): Refusal {
  return new Refusal({
    code: 'UP_NOT_WRITABLE',
    message: `Rollcall cannot write to ${directory} (${code}).`,
    nextStep: 'Give yourself write access to it, or choose another directory with --data-dir.',
  });
}

/** The configured Redis is not there. */
export function redisNotAnswering(address: string): Refusal {
  return new Refusal({
    code: 'UP_REDIS_NOT_ANSWERING',
    message: `Redis does not answer at ${address}.`,
    nextStep: 'Start it, or correct or unset ROLLCALL_REDIS_URL.',
  });
}

/** A process ended or hung before it was ready. */
export function didNotStart(name: string, reason: string, logFile: string): Refusal {
  return new Refusal({
    code: 'UP_DID_NOT_START',
    message: `The ${name} did not start: ${reason}.`,
    nextStep: `Read ${logFile}`,
  });
}

/** A process ended while everything ran, and again after it was started anew. */
export function diedAgain(name: string, reason: string, logFile: string): Refusal {
  return new Refusal({
    code: 'UP_PROCESS_DIED',
    message: `The ${name} ended unexpectedly (${reason}), so everything was stopped.`,
    nextStep: `Read ${logFile}`,
  });
}

/** A program that runs to its end failed. */
export function stepFailed(name: string, reason: string, logFile: string): Refusal {
  return new Refusal({
    code: 'UP_STEP_FAILED',
    message: `The ${name} failed: ${reason}`,
    nextStep: `Read ${logFile}`,
  });
}
