import { type ChildProcess, spawn } from 'node:child_process';
import type { Transport } from '@modelcontextprotocol/client';
import { deliverMessage } from './deliver-message.js';
import type { InspectionTarget } from './inspection.js';
import { childEnvironment, groupMemory, sandboxed } from './process-sandbox.js';
import type { SessionTape } from './session-tape.js';

type StdioTarget = Extract<InspectionTarget, { transport: 'stdio' }>;

const NEWLINE = 10;
const KEPT_STDERR_CHARS = 2_000;
const EXIT_GRACE_MS = 500;
const MEMORY_WATCH_MS = 250;

/**
 * MCP over the standard streams of a child process (stdio transport of the specification): one JSON message a line.
 * Ours and not the SDK's, because the child gets its own process group, which is killed as a whole, and an environment
 * of its own instead of an inherited one, and a bound on memory.
 */
export class StdioProcessTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: NonNullable<Transport['onmessage']>;

  private child: ChildProcess | null = null;
  private chunks: Buffer[] = [];
  private pendingBytes = 0;
  private errorTail = '';
  private closing = false;
  private watch: NodeJS.Timeout | null = null;

  constructor(
    private readonly target: StdioTarget,
    private readonly tape: SessionTape,
  ) {}

  /** The SDK recognises a stdio transport by these two accessors and then treats a silent probe as a legacy server. */
  get pid(): number | null {
    return this.child?.pid ?? null;
  }
  get stderr(): null {
    return null;
  }

  start(): Promise<void> {
    const { maxProcessBytes } = this.tape.limits;
    const { args, cwd = process.cwd() } = this.target;
    const env = childEnvironment(this.target.env);
    const wish = { command: this.target.command, args, cwd, path: env['PATH'] ?? '' };
    const { command, args: words } = sandboxed(wish, maxProcessBytes) ?? this.cannotStart('no such program (ENOENT)');
    const child = spawn(command, words, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    this.child = child;
    child.stdout.on('data', (chunk: Buffer) => this.guarded(() => this.read(chunk)));
    child.stderr.on('data', (chunk: Buffer) => this.guarded(() => this.heed(chunk)));
    child.stdin.on('error', (error) => this.onerror?.(error));
    child.on('close', (code, signal) => this.ended(code === null ? `signal ${signal}` : `exit code ${code}`));
    return new Promise((resolve, reject) => {
      child.once('spawn', () => {
        this.watchMemory();
        resolve();
      });
      child.once('error', (error) => {
        this.tape.end({ outcome: 'unreachable', detail: `The command cannot be started: ${error.message}` });
        reject(error);
      });
    });
  }

  async send(message: Parameters<Transport['send']>[0]): Promise<void> {
    const text = JSON.stringify(message);
    this.tape.sent(text);
    const stdin = this.child?.stdin;
    if (!stdin?.writable) throw new Error('The server process has closed its input.');
    await new Promise<void>((resolve, reject) => {
      stdin.write(`${text}\n`, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Ends the process group: politely by closing its input, then by force. */
  async close(): Promise<void> {
    if (this.closing) return;
    this.closing = true;
    if (this.watch !== null) clearTimeout(this.watch);
    const child = this.child;
    if (child?.pid !== undefined) {
      child.stdin?.end();
      // a process that broke a limit gets no time for manners
      if (this.tape.trip === null) await exited(child, EXIT_GRACE_MS);
      killGroup(child.pid, 'SIGKILL');
      await exited(child, EXIT_GRACE_MS);
    }
    for (const stream of [child?.stdin, child?.stdout, child?.stderr]) stream?.destroy();
    this.onclose?.();
  }

  /** How the process ended, with the end of what it wrote to its error stream; null while it runs. */
  endedWith: string | null = null;

  private ended(how: string): void {
    const said = this.errorTail.trim();
    this.endedWith = this.tape.redact(said === '' ? how : `${how}: ${said}`);
    if (!this.closing) this.onclose?.();
  }

  private cannotStart(why: string): never {
    return this.tape.abort({ outcome: 'unreachable', detail: `The command cannot be started: ${why}.` });
  }

  /** The kernel bounds one process; this bounds what it starts as well. */
  private watchMemory(): void {
    this.watch = setTimeout(async () => {
      const { maxProcessBytes } = this.tape.limits;
      // not told this time (no file left to open, for instance): asked again
      const used = (await groupMemory(this.child?.pid ?? 0).catch(() => null)) ?? 0;
      if (this.closing || this.endedWith !== null) return;
      if (used <= maxProcessBytes) return this.watchMemory();
      const detail = `The server process used more than ${maxProcessBytes} bytes of memory and was stopped.`;
      this.tape.end({ outcome: 'unreachable', detail });
      await this.close();
    }, MEMORY_WATCH_MS);
  }

  /** Runs what may trip the tape; a tripped session reads no more, and its process ends. */
  private guarded(work: () => void): void {
    if (this.tape.trip !== null) return;
    try {
      work();
    } catch (error) {
      this.onerror?.(error as Error);
      void this.close();
    }
  }

  /** The error stream is counted, and only its end is kept. */
  private heed(chunk: Buffer): void {
    this.tape.count(chunk.byteLength, 0);
    this.errorTail = (this.errorTail + chunk.toString('utf8')).slice(-KEPT_STDERR_CHARS);
  }

  private read(chunk: Buffer): void {
    let rest = chunk;
    for (let cut = rest.indexOf(NEWLINE); cut >= 0; cut = rest.indexOf(NEWLINE)) {
      this.hold(rest.subarray(0, cut + 1));
      this.deliver();
      rest = rest.subarray(cut + 1);
    }
    this.hold(rest);
  }

  private hold(part: Buffer): void {
    this.pendingBytes += part.byteLength;
    this.tape.count(part.byteLength, this.pendingBytes);
    this.chunks.push(part);
  }

  private deliver(): void {
    const line = Buffer.concat(this.chunks).toString('utf8').trim();
    this.chunks = [];
    this.pendingBytes = 0;
    if (line === '') return;
    if (!line.startsWith('{') && !line.startsWith('[')) {
      this.tape.issue('NON_JSON_OUTPUT', 'The server writes text that is not MCP to its standard output.');
      return;
    }
    deliverMessage(this.tape, this, line);
  }
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // ESRCH: the whole group is already gone, which is what was wanted.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function exited(child: ChildProcess, withinMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, withinMs);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
