import { setTimeout as wait } from 'node:timers/promises';
import type { Command } from 'commander';
import type { CommandOptions } from './command-options.js';
import { usage } from './errors/failure.js';

/** How often an answer of "unknown" is asked for again, and after how long. */
export type Retry = { times: number; intervalMs: number };

const MOST_TIMES = 1_000;

/** Unknown often means "not yet": an inspection or check is still running. */
export function declareRetry(command: Command): void {
  command
    .option('--retry-while-unknown <times>', 'ask again so often while the answer is unknown')
    .option('--retry-interval <seconds>', 'the time between, default 10');
}

/** Reads {@link declareRetry}. */
export function retryOptions(options: CommandOptions): Retry {
  const text = options.text('retryWhileUnknown') ?? '0';
  const times = Number(text);
  if (!/^\d{1,4}$/.test(text) || times > MOST_TIMES) {
    throw usage(
      `--retry-while-unknown ${text} is not a number from 0 to ${MOST_TIMES}.`,
      'Write --retry-while-unknown 30.',
    );
  }
  const seconds = options.text('retryInterval');
  // no pause at all is for tests and impatient people; a control plane limits rates itself
  if (seconds === '0') return { times, intervalMs: 0 };
  return { times, intervalMs: options.seconds('retryInterval', '--retry-interval', 10) };
}

/** Asks until the answer is not `isOpen` any more, or as often as is allowed; the last answer counts. */
export async function retry<T>(
  { times, intervalMs }: Retry,
  ask: () => Promise<T>,
  isOpen: (answer: T) => boolean,
): Promise<T> {
  for (let left = times; ; left--) {
    const answer = await ask();
    if (left <= 0 || !isOpen(answer)) return answer;
    await wait(intervalMs);
  }
}
