import path from 'node:path';
import { Child, type ChildEnd, type Program } from './child.js';
import { LogFile } from './log-file.js';
import { untilReady } from './readiness.client.js';
import { didNotStart, stepFailed } from './up.errors.js';

const READY_WITHIN_MS = 90_000;
const STEP_WITHIN_MS = 180_000;
const STOP_WITHIN_MS = 12_000;

/** The line every program prints when it works. */
export type ReadyLine = { ready: true } & Record<string, unknown>;

/** Starts a program and waits for its ready line. Refuses with `UP_DID_NOT_START` when it ends or stays silent. */
export async function startService(
  program: Program,
  logs: string,
  started: (child: Child) => void,
): Promise<[Child, ReadyLine]> {
  const child = new Child(program, new LogFile(path.join(logs, `${program.name}.log`)));
  started(child);
  const line = await Promise.race([readyLine(child), child.exited.then(() => undefined), after(READY_WITHIN_MS)]);
  if (line === undefined) throw didNotStart(program.name, whyNot(child), child.log.path);
  return [child, line];
}

/** Waits for the service's `/readyz`. Refuses with `UP_DID_NOT_START`. */
export async function waitUntilReady(child: Child, baseUrl: string): Promise<void> {
  const reason = await untilReady(`${baseUrl}/readyz`, Date.now() + READY_WITHIN_MS, () => child.end !== undefined);
  if (child.end !== undefined) throw didNotStart(child.program.name, whyNot(child), child.log.path);
  if (reason !== undefined) throw didNotStart(child.program.name, reason, child.log.path);
}

/** Ends a service and resolves when it is gone. */
export function stopService(child: Child): Promise<void> {
  return child.stop(STOP_WITHIN_MS);
}

/** Runs a program to its end and returns the JSON object it printed last. Refuses with `UP_STEP_FAILED`. */
export async function runStep(
  program: Program,
  logs: string,
  started: (child: Child) => void,
  input?: object,
): Promise<object> {
  const log = new LogFile(path.join(logs, `${program.name}.log`));
  const child = new Child(program, log, input && JSON.stringify(input));
  started(child);
  let answer: object | undefined;
  child.onLine((line) => {
    answer = jsonObject(line) ?? answer;
  });
  const end = await Promise.race([child.exited, after(STEP_WITHIN_MS)]);
  if (end === undefined) child.signal('SIGKILL');
  if (end?.reason === 'exit code 0' && answer !== undefined) {
    log.close();
    return answer;
  }
  throw stepFailed(program.name, end === undefined ? 'it did not end in time' : whyNot(child), log.path);
}

/** Why a program ended, for a sentence. */
export function endOf(child: Child, end: ChildEnd): string {
  const said = child.log.tail();
  return said ? `${end.reason}: ${said}` : end.reason;
}

function whyNot(child: Child): string {
  return child.end ? endOf(child, child.end) : 'it was not ready in time';
}

function readyLine(child: Child): Promise<ReadyLine> {
  return new Promise((resolve) =>
    child.onLine((line) => {
      const value = jsonObject(line);
      if (value !== undefined && 'ready' in value && value.ready === true) resolve(value as ReadyLine);
    }),
  );
}

function jsonObject(line: string): object | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function after(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, ms, undefined).unref());
}
