import { setTimeout as wait } from 'node:timers/promises';

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 2_000;

/** Asks until there is an answer; null when `timeoutMs` have passed. Pauses grow, so that a long wait costs little. */
export async function poll<T>(timeoutMs: number, ask: () => Promise<T | null>): Promise<T | null> {
  const deadline = performance.now() + timeoutMs;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
    const answer = await ask();
    if (answer !== null) return answer;
    const left = deadline - performance.now();
    if (left <= 0) return null;
    await wait(Math.min(pause, left));
  }
}
