import path from 'node:path';
import { CONFIG_EXIT_CODE, ConfigError, loadConfig } from '@rollcall/config';
import { Refusal } from '@rollcall/kernel';
import { banner } from './banner.js';
import { readOptions } from './options.js';
import { Supervisor } from './supervisor.js';

/** How `scripts/up.mjs` calls us. */
export type UpCall = {
  args: readonly string[];
  /** Variables of the person's shell that programs may see; everything else stays here. */
  inherited: Record<string, string>;
  say: (line: string) => void;
  ready: (text: string) => void;
  /** Where the compiled programs are; ours unless a test says otherwise. */
  dist?: string;
};

/** Runs everything until it is asked to stop, and returns the exit code: 0 stopped, 1 refused or died, 2 wrong use, 78 configuration. */
export async function up(call: UpCall): Promise<number> {
  try {
    const config = loadConfig();
    const options = readOptions(call.args, config);
    const dist = call.dist ?? path.resolve(import.meta.dirname, '../../..');
    const supervisor = new Supervisor({
      ...{ options, config, dist, inherited: call.inherited, say: call.say },
      ready: ({ runtime, next }) => call.ready(banner(runtime, next)),
    });
    const release = onSignals(supervisor, call.say);
    await supervisor.run().finally(release);
    return 0;
  } catch (error) {
    if (error instanceof ConfigError) {
      call.say(error.message);
      return CONFIG_EXIT_CODE;
    }
    if (!(error instanceof Refusal)) throw error;
    call.say(`${error.message} ${error.nextStep}`);
    return error.code === 'UP_WRONG_USE' ? 2 : 1;
  }
}

/** The first signal stops in order, the second at once. */
function onSignals(supervisor: Supervisor, say: (line: string) => void): () => void {
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const stop = () => {
    if (supervisor.isStopping) return supervisor.kill();
    say('Stopping.');
    supervisor.stop();
  };
  for (const name of names) process.on(name, stop);
  return () => {
    for (const name of names) process.removeListener(name, stop);
  };
}
