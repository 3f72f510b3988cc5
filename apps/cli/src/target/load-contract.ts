import { type IntakeIssue, MAX_CONTRACT_BYTES, MAX_DEPTH, parseStrict, readContract } from '@rollcall/contract';
import { isJsonObject, type JsonValue } from '@rollcall/kernel';
import type { InspectionTarget } from '@rollcall/mcp-client';
import type { Cli } from '../cli.js';
import { usage } from '../errors/failure.js';
import { subjectOf } from '../reporting/change-context.js';
import { decode, readText } from './input-file.js';
import { inspectTarget } from './inspect-target.js';
import type { LoadedContract } from './loaded-contract.js';
import { firstRemote, isManifest } from './manifest-remote.js';
import type { Target } from './parse-target.js';
import { registryContract } from './registry-contract.js';

/** What a person consented to and asked for with a target. */
export type LoadOptions = { allowExec: boolean; headers: Record<string, string>; timeoutMs: number };

/** Reads or captures the contract of a target. */
export async function loadContract(cli: Cli, target: Target, options: LoadOptions): Promise<LoadedContract> {
  switch (target.kind) {
    case 'stdin':
      return fromText(cli, decode(await cli.io.stdin(MAX_CONTRACT_BYTES), 'Standard input'), options);
    case 'file':
      return fromText(cli, await readText(cli.io, target.path, MAX_CONTRACT_BYTES), options);
    case 'url':
      return live(cli, { transport: 'streamable-http', url: target.url }, options);
    case 'socket':
      return live(cli, { transport: 'websocket', url: target.url }, options);
    case 'unix':
      return live(cli, { transport: 'unix', socketPath: target.socketPath, path: target.path }, options);
    case 'stdio':
      return fromCommand(cli, target, options);
    case 'registry':
    case 'environment':
      return parsed(JSON.stringify(await registryContract(await cli.controlPlane(), target)));
  }
}

async function fromCommand(
  cli: Cli,
  target: Extract<Target, { kind: 'stdio' }>,
  options: LoadOptions,
): Promise<LoadedContract> {
  if (!options.allowExec) {
    throw usage(
      `This target starts a program on this machine: ${[target.command, ...target.args].join(' ')}`,
      'If you trust it, say so with --allow-exec.',
      'EXEC_NOT_ALLOWED',
    );
  }
  return live(cli, { transport: 'stdio', command: target.command, args: target.args, cwd: cli.io.cwd }, options);
}

async function fromText(cli: Cli, text: string, options: LoadOptions): Promise<LoadedContract> {
  // Room for our own envelope around a contract, whose definitions stand deep already.
  const value = parseStrict(text, { maxBytes: MAX_CONTRACT_BYTES, maxDepth: MAX_DEPTH + 8 });
  if (!value.ok) throw unacceptable(value.error);
  if (isManifest(value.value)) return live(cli, firstRemote(value.value), options);
  const inner = ownEnvelope(value.value);
  return parsed(inner === null ? text : JSON.stringify(inner));
}

/** The contract inside what `rollcall inspect --format json` printed; null when it is something else. */
function ownEnvelope(value: JsonValue): JsonValue | null {
  if (!isJsonObject(value) || value['schemaVersion'] !== '1' || typeof value['command'] !== 'string') return null;
  const data = value['data'];
  return isJsonObject(data) && Object.hasOwn(data, 'format') ? data : null;
}

function parsed(text: string): LoadedContract {
  const read = readContract(text);
  if (!read.ok) throw unacceptable(read.error);
  return { ...read.value, observation: null };
}

function unacceptable(issue: IntakeIssue) {
  const where = issue.path === '' ? '' : ` (at ${issue.path})`;
  return usage(`${issue.message}${where}`, 'Pass a contract, a tools/list result, or a server.json.', issue.code);
}

function live(cli: Cli, target: InspectionTarget, options: LoadOptions): Promise<LoadedContract> {
  const { headers, timeoutMs } = options;
  const named = Object.keys(headers).length > 0;
  if (named && target.transport === 'stdio') {
    throw usage('A program on standard streams takes no headers.', 'Leave --header away.', 'INVALID_TARGET');
  }
  const dialled = target.transport !== 'stdio' && named ? { ...target, headers } : target;
  return cli.progress.during(`connect ${nameOf(target)}`, () =>
    inspectTarget(dialled, { clock: cli.clock, timeoutMs }),
  );
}

/** What a person would call it: never its headers or query, which may hold credentials. */
function nameOf(target: InspectionTarget): string {
  if ('url' in target) return subjectOf(target.url);
  return 'command' in target ? target.command : target.transport;
}
