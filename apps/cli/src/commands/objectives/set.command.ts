import { CliServerObjectiveSetDocument, type ServerObjectiveSetInput } from '@rollcall/schema';
import type { CommandOptions } from '../../command-options.js';
import type { CommandSpec } from '../../command-spec.js';
import { entityOf } from '../../connection/control-plane.js';
import { usage } from '../../errors/failure.js';
import { green, inline } from '../../output/style.js';
import { objectiveText } from './objective-text.js';

/** Says how good a server has to be. */
export const objectivesSetCommand: CommandSpec = {
  name: 'objectives set',
  summary: 'say how available and how quick a server has to be',
  declare: (command) => {
    command
      .argument('<server>', 'NAME of the server')
      .requiredOption('--availability <percent>', 'percent of the time, for example 99.5')
      .option('--latency-p95-ms <milliseconds>', 'within which 95 of 100 answers come')
      .option('--window-days <days>', 'over how many days, 1 to 90, default 30');
  },
  connects: 'account',
  examples: ['rollcall objectives set com.acme/weather --availability 99.5 --latency-p95-ms 500'],
  run: async ({ cli, args: [name = ''], options }) => {
    const availability = number(options, 'availability', '--availability');
    if (availability === undefined) throw usage('--availability is missing.', 'Add --availability 99.5.');
    const input: ServerObjectiveSetInput = { server: { byName: name }, availability };
    const latencyP95Ms = number(options, 'latencyP95Ms', '--latency-p95-ms');
    const windowDays = number(options, 'windowDays', '--window-days');
    if (latencyP95Ms !== undefined) input.latencyP95Ms = Math.round(latencyP95Ms);
    if (windowDays !== undefined) input.windowDays = Math.round(windowDays);
    const plane = await cli.controlPlane();
    const { serverObjectiveSet: payload } = await plane.execute(CliServerObjectiveSetDocument, { input });
    const objective = entityOf(payload.objective, payload.errors);
    return { data: { objective }, text: `${green('✔')} ${inline(name)}: ${objectiveText(objective)}` };
  },
};

function number(options: CommandOptions, name: string, flag: string): number | undefined {
  const text = options.text(name);
  if (text === undefined) return undefined;
  if (/^\d{1,9}(\.\d{1,6})?$/.test(text)) return Number(text);
  throw usage(`${flag} ${inline(text)} is not a number.`, `Write ${flag} 30.`);
}
