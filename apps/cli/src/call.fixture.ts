import type { Env as Environment } from '@rollcall/config';
import type { Clock } from '@rollcall/kernel';
import type { Envelope } from './output/envelope.js';
import { runCli } from './run-cli.js';

/** What a command line left behind. */
export type Called = { exitCode: number; stdout: string; stderr: string };

/** The surroundings of a call; nothing of the test's own process leaks in. */
export type Surroundings = {
  cwd?: string;
  env?: Environment;
  stdin?: string;
  terminal?: boolean;
  columns?: number;
  clock?: Clock;
};

/** Runs the whole program in this process, with streams of its own. */
export async function call(argv: readonly string[], around: Surroundings = {}): Promise<Called> {
  let stdout = '';
  let stderr = '';
  const io = {
    stdout: (text: string) => {
      stdout += text;
    },
    stderr: (text: string) => {
      stderr += text;
    },
    stdin: async () => Buffer.from(around.stdin ?? ''),
    env: around.env ?? { XDG_CONFIG_HOME: '/nonexistent' },
    cwd: around.cwd ?? '/',
    terminal: around.terminal ?? false,
    stderrColumns: around.columns,
  };
  const exitCode = await runCli(argv, io, around.clock);
  return { exitCode, stdout, stderr };
}

/** Runs with `--format json` and reads the one envelope; anything else on standard output fails. */
export async function callJson(
  argv: readonly string[],
  around: Surroundings = {},
): Promise<Called & { envelope: Envelope }> {
  const called = await call([...argv, '--format', 'json'], around);
  return { ...called, envelope: JSON.parse(called.stdout) as Envelope };
}
