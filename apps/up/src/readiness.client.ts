const ATTEMPT_TIMEOUT_MS = 2_000;
const BETWEEN_MS = 100;

/** Asks `url` until it answers 200; resolves to undefined then, or to the last reason why not when `deadline` (ms) passes. */
export async function untilReady(url: string, deadline: number, isEnded: () => boolean): Promise<string | undefined> {
  let reason = 'it did not answer';
  while (Date.now() < deadline && !isEnded()) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(ATTEMPT_TIMEOUT_MS), redirect: 'error' });
      const text = (await response.text()).slice(0, 300);
      if (response.ok) return undefined;
      reason = `${url} answered ${response.status} ${text}`;
    } catch (error) {
      // refused or timed out: not ready yet, and any other fault shows in the sentence when the deadline passes
      reason = `${url}: ${error instanceof Error ? error.message : String(error)}`;
    }
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
  }
  return reason;
}
