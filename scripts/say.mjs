// What the scripts say while they work: one short line per step, on stderr so that stdout stays data.
/** A step that failed for a reason the person can act on: the message is a whole sentence with the next step in it. */
export class Stop extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** Runs `work` and says how long it took. */
export async function step(title, work) {
  const started = performance.now();
  const result = await work();
  say(`  ${title.padEnd(34)} ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return result;
}

/** Runs an entry script: a {@link Stop} becomes its one sentence and its exit code, anything else keeps its stack. */
export async function entry(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    say(error.message);
    process.exitCode = error.exitCode;
  }
}
