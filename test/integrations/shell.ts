import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The repository, and the program of its build. */
export const ROOT = path.resolve(import.meta.dirname, '../..');
export const CLI = path.join(ROOT, 'apps/cli/bin/rollcall.mjs');

/** What a script left behind. */
export type Ran = { code: number; stdout: string; stderr: string };

/** A git repository of one test, with what a runner sets and nothing of the test's own process. */
export class Workspace {
  readonly dir = mkdtempSync(path.join(tmpdir(), 'rollcall-ci-'));
  readonly work = path.join(this.dir, 'work');
  readonly env: Record<string, string> = {
    PATH: process.env['PATH'] ?? '',
    HOME: path.join(this.dir, 'home'),
    XDG_CONFIG_HOME: path.join(this.dir, 'home'),
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_SYSTEM: '/dev/null',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.com',
    CI: 'true',
  };

  constructor() {
    for (const folder of [this.work, path.join(this.dir, 'home')]) mkdirSync(folder, { recursive: true });
  }

  write(name: string, value: unknown): void {
    writeFileSync(path.join(this.work, name), typeof value === 'string' ? value : JSON.stringify(value));
  }

  async commit(): Promise<void> {
    const { code, stderr } = await this.bash('git init -q 2>/dev/null; git add -A && git commit -q -m change', {});
    if (code !== 0) throw new Error(stderr);
  }

  /** Runs a script as runners do: bash without profiles, stopping at the first failure. */
  bash(script: string, env: Record<string, string>): Promise<Ran> {
    const file = path.join(this.dir, 'script.sh');
    writeFileSync(file, script);
    return new Promise((resolve) => {
      const options = { cwd: this.work, env: { ...this.env, ...env }, timeout: 60_000 };
      execFile('bash', ['--noprofile', '--norc', '-eo', 'pipefail', file], options, (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 255, stdout, stderr });
      });
    });
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

const SCHEMA = {
  type: 'object',
  properties: {
    city: { type: 'string', description: 'The city.' },
    units: { type: 'string', description: 'The units.', enum: ['c', 'f'] },
  },
};

/** A list of tools that asks its callers for these arguments. */
export const offer = (required: string[]) => ({
  tools: [
    {
      name: 'get_forecast',
      description: 'Tells the weather of one city for the next days.',
      inputSchema: { ...SCHEMA, required },
      annotations: { readOnlyHint: true },
    },
  ],
});
