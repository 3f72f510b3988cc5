import { type ChildProcess, spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { parseJSONRPCMessage, type Transport } from '@modelcontextprotocol/client';
import type { InspectionTarget } from './inspection.js';
import type { SessionTape } from './session-tape.js';

type StdioTarget = Extract<InspectionTarget, { transport: 'stdio' }>;

const NEWLINE = 10;
const KEPT_STDERR_CHARS = 2_000;
const EXIT_GRACE_MS = 500;

/**
 * MCP over the standard streams of a child process (stdio transport of the specification): one JSON message a line.
 * Ours and not the SDK's, because the child gets its own process group, which is killed as a whole, and an environment
 * of its own instead of an inherited one.
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
    const child = spawn(this.target.command, this.target.args, {
      cwd: this.target.cwd,
      env: childEnvironment(this.target.env),
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    this.child = child;
    child.stdout.on('data', (chunk: Buffer) => this.read(chunk));
    child.stderr.on('data', (chunk: Buffer) => {
      this.errorTail = (this.errorTail + chunk.toString('utf8')).slice(-KEPT_STDERR_CHARS);
    });
    child.stdin.on('error', (error) => this.onerror?.(error));
    child.on('close', (code, signal) => this.ended(code === null ? `signal ${signal}` : `exit code ${code}`));
    return new Promise((resolve, reject) => {
      child.once('spawn', resolve);
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
    const child = this.child;
    if (child?.pid !== undefined) {
      child.stdin?.end();
      await exited(child, EXIT_GRACE_MS);
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

  private read(chunk: Buffer): void {
    if (this.tape.trip !== null) return;
    try {
      let rest = chunk;
      for (let cut = rest.indexOf(NEWLINE); cut >= 0; cut = rest.indexOf(NEWLINE)) {
        this.hold(rest.subarray(0, cut + 1));
        this.deliver();
        rest = rest.subarray(cut + 1);
      }
      this.hold(rest);
    } catch (error) {
      this.onerror?.(error as Error);
      void this.close();
    }
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
    this.tape.received(line);
    let message: Parameters<NonNullable<Transport['onmessage']>>[0];
    try {
      message = parseJSONRPCMessage(JSON.parse(line));
    } catch (error) {
      // What the server wrote is on the tape; the SDK's view of it is out-of-band news, as in its own transports.
      this.onerror?.(error as Error);
      return;
    }
    this.onmessage?.(message);
  }
}

/**
 * Nothing is inherited: a secret of this process must not reach a server that happens to run beside it. The search path
 * is the one a fresh login would have, plus the directory of this Node, so that `npx` and `node` are found.
 */
function childEnvironment(env: Record<string, string> | undefined): Record<string, string> {
  return { PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`, HOME: '/tmp', ...env };
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
