import type { Installation } from '../installation.js';

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A process is left alone for so long after it said that it is ready. */
const [LEAST_MS, MOST_MS] = [300, 4_500];

/**
 * Kills api and worker with SIGKILL at random moments, each by itself, and starts them again, until the time is up; then
 * both run. Rejects when one does not come up again. Resolves with how often each was killed.
 */
export async function killAgainAndAgain(
  installation: Installation,
  random: () => number,
  forMs: number,
): Promise<{ api: number; worker: number }> {
  const until = Date.now() + forMs;
  const killed = { api: 0, worker: 0 };
  const loop = async (name: 'api' | 'worker', start: () => Promise<void>) => {
    for (;;) {
      const left = until - Date.now();
      const pause = LEAST_MS + random() * (MOST_MS - LEAST_MS);
      if (pause >= left) return;
      // the moment of death is the input of this test, not something to wait for
      await new Promise((resolve) => setTimeout(resolve, pause));
      await installation[name]?.stop('SIGKILL');
      killed[name]++;
      await start();
    }
  };
  await Promise.all([loop('api', () => installation.startApi()), loop('worker', () => installation.startWorker())]);
  return killed;
}
