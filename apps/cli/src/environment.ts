/** The variables a process was started with. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The one place of this program that looks at them: everything else gets them handed over. */
export function processEnvironment(): Environment {
  return process.env;
}
