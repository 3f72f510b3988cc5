import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '@rollcall/kernel';
import { inspectServer } from './inspect-server.js';
import type { Observation } from './inspection.js';
import { sandboxed } from './process-sandbox.js';

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rollcall-stdio-'));
});
afterAll(async () => {
  await rm(directory, { recursive: true });
});

const onLinux = process.platform === 'linux' ? it : it.skip;

/** A hand-written server in a process of its own: `answer(message)` returns the text to write, or nothing. */
const SERVER = `
const { createInterface } = require('node:readline');
const reply = (id, result) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, result }) + '\\n');
const legacy = (message) => {
  if (message.method === 'initialize') reply(message.id, {
    protocolVersion: '2024-11-05', capabilities: { tools: {} }, serverInfo: { name: 'by-hand', version: '1' },
  });
  else if (message.method === 'tools/list') reply(message.id, { tools: [{ name: 'env', description: JSON.stringify(process.env), inputSchema: { type: 'object' } }] });
  else if (message.method === 'server/discover') unknown(message);
};
let unknown = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id: message.id, error: { code: -32601, message: 'Method not found' } }) + '\\n');
const listen = (handle) => createInterface({ input: process.stdin }).on('line', (line) => handle(JSON.parse(line)));
`;

type Extra = {
  timeoutMs?: number;
  maxFrameBytes?: number;
  maxTotalBytes?: number;
  maxProcessBytes?: number;
  env?: Record<string, string>;
};

async function inspectScript(name: string, script: string, extra: Extra = {}): Promise<Observation> {
  const path = join(directory, `${name}.cjs`);
  await writeFile(path, SERVER + script);
  const { env, ...limits } = extra;
  return inspectServer(
    { transport: 'stdio', command: process.execPath, args: [path], ...(env === undefined ? {} : { env }) },
    { network: { allowPrivate: [] }, clock: systemClock(), ...limits },
  );
}

describe('a server on standard streams', () => {
  it('inherits nothing: no variable of this process reaches it', async () => {
    const observation = await inspectScript('plain', 'listen(legacy);', { env: { GREETING: 'hello' } });
    expect(observation).toMatchObject({ outcome: 'healthy', era: 'legacy', protocolVersion: '2024-11-05' });
    const [tool] = observation.offer?.tools ?? [];
    const seen = JSON.parse(String((tool as { description: string }).description)) as Record<string, string>;
    expect(Object.keys(seen).sort()).toEqual(['GREETING', 'HOME', 'PATH']);
  });

  it('keeps a secret of its environment out of what is recorded', async () => {
    const observation = await inspectScript('leaky', 'listen(legacy);', { env: { API_KEY: 'key-0123456789' } });
    expect(observation.outcome).toBe('healthy');
    expect(JSON.stringify(observation)).not.toContain('key-0123456789');
  });

  it('gives a server that exits on an unknown request a second process', async () => {
    const observation = await inspectScript('touchy', 'unknown = () => process.exit(3); listen(legacy);');
    expect(observation).toMatchObject({ outcome: 'healthy', era: 'legacy' });
  });

  it('treats silence on the first question as the legacy era', async () => {
    const observation = await inspectScript('shy', 'unknown = () => undefined; listen(legacy);', { timeoutMs: 3_000 });
    expect(observation).toMatchObject({ outcome: 'healthy', era: 'legacy' });
  });

  it('notes text on standard output that is not MCP', async () => {
    const observation = await inspectScript('chatty', "console.log('Server starting...'); listen(legacy);");
    expect(observation).toMatchObject({ outcome: 'healthy', issues: [{ code: 'NON_JSON_OUTPUT' }] });
  });

  it('says how a server ended, with its last words', async () => {
    const observation = await inspectScript('broken', "console.error('no licence'); process.exit(7);");
    expect(observation).toMatchObject({ outcome: 'unreachable', offer: null });
    expect(observation.detail).toContain('exit code 7: no licence');
  });

  it('says so when the command does not exist', async () => {
    const observation = await inspectServer(
      { transport: 'stdio', command: '/nonexistent/server', args: [] },
      { network: { allowPrivate: [] }, clock: systemClock() },
    );
    expect(observation).toMatchObject({ outcome: 'unreachable' });
    expect(observation.detail).toContain('ENOENT');
  });

  it('stops reading a line without end', async () => {
    const flood =
      "const block = 'x'.repeat(65536); const more = () => { while (process.stdout.write(block)); }; process.stdout.on('drain', more); more();";
    const observation = await inspectScript('flood', flood, { maxFrameBytes: 500_000 });
    expect(observation).toMatchObject({ outcome: 'protocol_violation', offer: null });
    expect(observation.detail).toContain('500000 bytes');
  });

  it('stops reading an error stream without end, and keeps only its last words', async () => {
    const noise =
      "const more = () => { while (process.stderr.write('x'.repeat(65536))); }; process.stderr.on('drain', more); more();";
    const flooded = await inspectScript('noise', noise, { maxTotalBytes: 500_000 });
    expect(flooded).toMatchObject({ outcome: 'protocol_violation', offer: null });
    const wordy = await inspectScript('wordy', "console.error('x'.repeat(50_000) + ' the end'); process.exit(2);");
    expect(wordy.detail).toMatch(/exit code 2: x+ the end/);
    expect(wordy.detail?.length).toBeLessThan(2_200);
  });

  it('asks a server that is remembered as legacy to initialize at once', async () => {
    const silent = 'unknown = () => process.exit(9); listen(legacy);';
    const prior = { era: 'legacy', checkedAt: new Date().toISOString() } as const;
    const path = join(directory, 'remembered.cjs');
    await writeFile(path, SERVER + silent);
    const target = { transport: 'stdio', command: process.execPath, args: [path] } as const;
    const seen = await inspectServer(
      { ...target, args: [...target.args] },
      { network: { allowPrivate: [] }, clock: systemClock(), prior },
    );
    expect(seen).toMatchObject({ outcome: 'healthy', eraVerdict: prior });
    expect(seen.frames.some((frame) => frame.text.includes('server/discover'))).toBe(false);
  });

  onLinux('is not given more memory than it may have, however it takes it', async () => {
    const hoard = 'const kept = []; const more = () => { kept.push(Buffer.alloc(8_000_000, 1)); setImmediate(more); };';
    const alone = await inspectScript('hoard', `${hoard} more();`, { maxProcessBytes: 300_000_000 });
    expect(alone).toMatchObject({ outcome: 'unreachable', offer: null });
    // each child stays below what the kernel allows one process; together they are too many
    const spawning = `const child = ${JSON.stringify('const kept = Buffer.alloc(120_000_000, 1); setInterval(() => kept[0]++, 1000);')};
      for (let i = 0; i < 4; i++) require('node:child_process').spawn(process.execPath, ['-e', child], { stdio: 'ignore' });
      setInterval(() => {}, 1000);`;
    const together = await inspectScript('herd', spawning, { maxProcessBytes: 400_000_000, timeoutMs: 12_000 });
    expect(together).toMatchObject({ outcome: 'unreachable', offer: null });
    expect(together.detail).toContain('memory');
  });

  onLinux('gains no privilege, leaves no core dump, and has its data bounded by the kernel', async () => {
    const look = `const read = (file) => require('node:fs').readFileSync('/proc/self/' + file, 'utf8').split('\\n');
      const line = (file, start) => read(file).find((each) => each.startsWith(start)).split(/\\s+/);
      process.env.SEEN = [line('status', 'NoNewPrivs')[1], line('limits', 'Max core')[4], line('limits', 'Max data')[3]].join(' ');`;
    const seen = await inspectScript('jailed', `${look} listen(legacy);`, { maxProcessBytes: 500_000_000 });
    const [tool] = seen.offer?.tools ?? [];
    const env = JSON.parse(String((tool as { description: string }).description)) as Record<string, string>;
    expect(env['SEEN']).toBe('1 0 500000000');
  });

  onLinux('dies when the process that started it is killed', async () => {
    const wish = { command: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'], cwd: directory, path: '' };
    const { command, args } = sandboxed(wish, 1_000_000_000) ?? { command: '', args: [] };
    const starting = `const child = require('node:child_process').spawn(process.argv[1], process.argv.slice(2), { detached: true, stdio: 'ignore' });
      child.once('spawn', () => setTimeout(() => console.log(child.pid), 300));
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['-e', starting, '--', command, ...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [first] = (await once(parent.stdout, 'data')) as [Buffer];
    const child = Number(String(first));
    expect(isAlive(child)).toBe(true);
    parent.kill('SIGKILL');
    const deadline = performance.now() + 5_000;
    while (isAlive(child) && performance.now() < deadline) await new Promise((resolve) => setImmediate(resolve));
    expect(isAlive(child)).toBe(false);
  });

  it('kills the whole group of a server that never answers and started a child of its own', async () => {
    const pids = join(directory, 'pids');
    const script = `
      const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
      process.on('SIGTERM', () => {});
      require('node:fs').writeFileSync(${JSON.stringify(pids)}, process.pid + ' ' + child.pid);
      setInterval(() => {}, 1000);`;
    const observation = await inspectScript('stubborn', script, { timeoutMs: 1_500 });
    const started = (await readFile(pids, 'utf8')).split(' ').map(Number);
    expect(observation.outcome).toBe('timeout');
    expect(started).toHaveLength(2);
    const deadline = performance.now() + 5_000;
    while (started.some(isAlive) && performance.now() < deadline) await new Promise((resolve) => setImmediate(resolve));
    expect(started.filter(isAlive)).toEqual([]);
  });
});

/** A zombie still answers signal 0 until it is reaped; a killed process is what `ps` calls dead, so its state is read. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // ESRCH: gone.
    return false;
  }
}
