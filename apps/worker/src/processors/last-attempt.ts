import type { JobRun } from '@rollcall/jobs';

/** Runs a job's work; when its last attempt fails too, `giveUp` ends what others wait for before the fault goes on. */
export async function endAtLastAttempt(
  run: JobRun,
  work: () => Promise<void>,
  giveUp: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (run.last) await giveUp();
    throw error;
  }
}
