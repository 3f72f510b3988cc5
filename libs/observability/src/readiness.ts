/** Proves that one dependency works; rejects when it does not. */
export type ReadinessCheck = () => Promise<void>;

/** `failing` names the checks that did not pass, in alphabetical order; nothing about why, for it is public. */
export type Readiness = { ready: boolean; failing: string[] };

/** Runs all checks at once; one that neither passes nor fails within `timeoutMs` fails. Never rejects. */
export async function readiness(
  checks: Readonly<Record<string, ReadinessCheck>>,
  timeoutMs: number,
  onFailure: (name: string, error: unknown) => void = () => undefined,
): Promise<Readiness> {
  const outcomes = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => {
      try {
        await inTime(check, timeoutMs);
        return undefined;
      } catch (error) {
        onFailure(name, error);
        return name;
      }
    }),
  );
  const failing = outcomes.filter((name) => name !== undefined).sort();
  return { ready: failing.length === 0, failing };
}

async function inTime(check: ReadinessCheck, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    await Promise.race([check(), late]);
  } finally {
    clearTimeout(timer);
  }
}
