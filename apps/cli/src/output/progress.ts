import type { Io } from '../io.js';
import { dim, green, inline, red, render, wantsColour, yellow } from './style.js';

/** How far a task of a running command is. */
export type TaskState = 'running' | 'done' | 'failed' | 'skipped';

type Task = { state: TaskState; detail: string; since: number };

const SIGNS: Record<TaskState, string> = {
  running: yellow('…'),
  done: green('✔'),
  failed: red('✖'),
  skipped: dim('-'),
};

/**
 * What a command is doing, on standard error. On a terminal one list that is painted again in its place; elsewhere (and
 * under CI, where a log is read from the top) one line for each change of a state, with the time since the start.
 */
export class Progress {
  private readonly tasks = new Map<string, Task>();
  private readonly started = performance.now();
  private painted = 0;

  constructor(private readonly io: Io) {}

  /** Does the work as a task of the list; it fails when the work throws. */
  async during<T>(name: string, work: () => Promise<T>): Promise<T> {
    this.set(name, 'running');
    try {
      const result = await work();
      this.set(name, 'done');
      return result;
    } catch (error) {
      this.set(name, 'failed');
      throw error;
    }
  }

  /** Says how far a task is; nothing is written when that was said already. */
  set(name: string, state: TaskState, detail = ''): void {
    const before = this.tasks.get(name);
    if (before?.state === state && before.detail === detail) return;
    this.tasks.set(name, { state, detail, since: before?.since ?? performance.now() });
    if (this.inPlace()) this.repaint();
    else
      this.write(
        `${this.elapsed(this.started)}  ${inline(name)}  ${state}${detail === '' ? '' : `: ${inline(detail)}`}`,
      );
  }

  /** Begins below what is painted: whoever writes to standard error next must not be painted over. */
  leave(): void {
    this.painted = 0;
    this.tasks.clear();
  }

  private repaint(): void {
    if (this.painted > 0) this.io.stderr(`\u001B[${this.painted}A\u001B[0J`);
    for (const [name, { state, detail, since }] of this.tasks) {
      const time = state === 'running' || state === 'skipped' ? '' : `  ${dim(this.elapsed(since).trim())}`;
      this.write(`${SIGNS[state]} ${this.cut([name, detail])}${time}`);
    }
    this.painted = this.tasks.size;
  }

  /** A line that wraps would be two, and the list would climb. */
  private cut([name, detail]: [string, string]): string {
    const room = Math.max(20, (this.io.stderrColumns ?? 80) - 16);
    const text = inline(detail === '' ? name : `${name}  ${detail}`);
    return text.length <= room ? text : `${text.slice(0, room - 1)}…`;
  }

  private write(line: string): void {
    this.io.stderr(`${render(line, wantsColour({ ...this.io, terminal: this.inPlace() }))}\n`);
  }

  private inPlace(): boolean {
    return this.io.stderrColumns !== undefined && !this.io.env['CI'] && this.io.env['TERM'] !== 'dumb';
  }

  private elapsed(since: number): string {
    return `${((performance.now() - since) / 1000).toFixed(1)} s`.padStart(8);
  }
}
