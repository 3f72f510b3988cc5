/** One thing wrong with one variable; the text never contains the value. */
export type ConfigProblem = { variable: string; problem: string };

/** Everything that is wrong with the environment, in one error. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly ConfigProblem[]) {
    super(
      `The configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${lines(problems)}`,
    );
    this.name = 'ConfigError';
  }
}

function lines(problems: readonly ConfigProblem[]): string {
  return problems.map(({ variable, problem }) => `  ${variable} ${problem}`).join('\n');
}

/** `EX_CONFIG` of sysexits: the configuration is wrong. */
export const CONFIG_EXIT_CODE = 78;

/** Where {@link exitOnConfigError} reports to; a parameter so that it can be tested. */
export type ConfigEdge = { write(text: string): void; exit(code: number): never };

const processEdge: ConfigEdge = {
  write: (text) => void process.stderr.write(text),
  exit: (code) => process.exit(code),
};

/** Runs the start of a process; a {@link ConfigError} is printed whole on stderr and ends the process with 78. */
export async function exitOnConfigError<T>(start: () => T | Promise<T>, edge: ConfigEdge = processEdge): Promise<T> {
  try {
    return await start();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    edge.write(`${error.message}\n`);
    return edge.exit(CONFIG_EXIT_CODE);
  }
}
