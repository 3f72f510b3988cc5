import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { LogFile } from './log-file.js';
import { identityOf, type ProcessIdentity, signalProcess } from './process-identity.js';

/** A program of ours: a script for Node, its arguments, and its whole environment. */
export type Program = {
  name: string;
  script: string;
  args: string[];
  env: Record<string, string>;
  /** Its stdout holds secrets and is not logged. */
  answersSecrets?: boolean;
};

/** How a child ended, in words for a sentence. */
export type ChildEnd = { reason: string };

const SETPRIV = ['/usr/bin/setpriv', '/bin/setpriv'].find((file) => process.platform === 'linux' && existsSync(file));
const MAX_LINE = 64 * 1024;

/**
 * One child process. It has a process group of its own, so that Ctrl-C in a terminal reaches only us; it ends when we are
 * killed, because its IPC channel closes, and on Linux because the kernel signals it.
 */
export class Child {
  readonly identity: ProcessIdentity;
  readonly exited: Promise<ChildEnd>;
  end: ChildEnd | undefined;
  private readonly process: ChildProcess;
  private readonly listeners: ((line: string) => void)[] = [];

  constructor(
    readonly program: Program,
    readonly log: LogFile,
    input?: string,
  ) {
    const command = [process.execPath, '--enable-source-maps', program.script, ...program.args];
    const [file = '', ...args] = SETPRIV ? [SETPRIV, '--pdeathsig', 'TERM', ...command] : command;
    this.process = spawn(file, args, {
      env: program.env,
      detached: true,
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe', 'ipc'],
    });
    this.exited = new Promise((resolve) => {
      const ended = (reason: string) => {
        this.end ??= { reason };
        resolve(this.end);
      };
      // 'close' and not 'exit': by then everything it said is in the log
      this.process.once('close', (code, signal) => ended(signal ? `signal ${signal}` : `exit code ${code}`));
      this.process.once('error', (error) => ended(error.message));
    });
    this.identity = identityOf(this.process.pid ?? 0) ?? { pid: this.process.pid ?? 0, startedAt: 'never' };
    this.process.stderr?.on('data', (chunk: Buffer) => log.write(chunk));
    this.readLines();
    this.process.stdin?.on('error', () => undefined); // it ended before it read: its exit code says why
    this.process.stdin?.end(input);
  }

  /** Calls back for every line the process prints on stdout from now on. */
  onLine(listener: (line: string) => void): void {
    this.listeners.push(listener);
  }

  signal(name: NodeJS.Signals): void {
    if (this.end === undefined) signalProcess(this.identity, name);
  }

  /** Ends the process: politely, then by force. Resolves when it is gone. */
  async stop(graceMs: number): Promise<void> {
    this.signal('SIGTERM');
    const force = setTimeout(() => this.signal('SIGKILL'), graceMs);
    await this.exited;
    clearTimeout(force);
    this.log.close();
  }

  private readLines(): void {
    let rest = '';
    this.process.stdout?.on('data', (chunk: Buffer) => {
      if (!this.program.answersSecrets) this.log.write(chunk);
      const lines = (rest + chunk.toString('utf8')).split('\n');
      rest = (lines.pop() ?? '').slice(0, MAX_LINE);
      for (const line of lines) for (const listener of this.listeners) listener(line);
    });
  }
}
