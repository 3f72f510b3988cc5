import { CliMirrorSetDocument, type MirrorSetInput } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { entityOf } from '../../connection/control-plane.js';
import { usage } from '../../errors/failure.js';
import { green, inline } from '../../output/style.js';

/** Adds a registry, or changes one. */
export const mirrorsSetCommand: CommandSpec = {
  name: 'mirrors set',
  summary: 'show the servers of another registry beside your own',
  declare: (command) => {
    command
      .argument('<name>', 'what you call it, e.g. official')
      .requiredOption('--registry <url>', 'its address: everything before /v0.1')
      .option('--precedence <number>', 'of two mirrors with the same server the lower number is shown, default 100')
      .option('--every <minutes>', 'how often it is asked for changes, default 60')
      .option('--off', 'keep it, but do not ask');
  },
  connects: 'account',
  examples: ['rollcall mirrors set partners --registry https://registry.partner.example --precedence 10'],
  run: async ({ cli, args: [name = ''], options }) => {
    const input: MirrorSetInput = {
      name,
      url: options.required('registry', '--registry'),
      precedence: whole(options.text('precedence') ?? '100', '--precedence'),
      enabled: !options.flag('off'),
    };
    const every = options.text('every');
    if (every !== undefined) input.intervalMinutes = whole(every, '--every');
    const { mirrorSet: payload } = await (await cli.controlPlane()).execute(CliMirrorSetDocument, { input });
    const mirror = entityOf(payload.mirror, payload.errors);
    return {
      data: mirror,
      text: `${green('✔')} ${inline(mirror.name)} mirrors ${inline(mirror.url)}; a walk begins now`,
    };
  },
};

function whole(text: string, option: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw usage(`${option} takes a whole number, not "${text}".`, 'Correct the option.');
}
