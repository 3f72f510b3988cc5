import { type CanIInput, CliCanIDocument } from '@rollcall/schema';
import type { Cli } from '../../cli.js';
import type { CommandOutcome } from '../../command-spec.js';
import type { ControlPlane } from '../../connection/control-plane.js';
import { EXIT } from '../../errors/exit-codes.js';
import { guardsText } from '../../output/guards-text.js';
import { bold, green, inline, red, yellow } from '../../output/style.js';
import { type Retry, retry } from '../../retry.js';

/** What is asked, and how patiently. */
type Question = { input: CanIInput; again: Retry };

const ANSWERS = {
  yes: { exitCode: EXIT.done, word: green('✔ yes') },
  no: { exitCode: EXIT.no, word: red('✖ no') },
  unknown: { exitCode: EXIT.undecided, word: yellow('? unknown') },
} as const;

/** Asks the same question the transition itself asks, again while it is unknown if that was wished, and shows every guard. */
export async function askGate(cli: Cli, plane: ControlPlane, { input, again }: Question): Promise<CommandOutcome> {
  let asked = 0;
  const ask = async () => {
    cli.progress.set('ask the control plane', 'running', asked === 0 ? '' : `again, ${asked} of ${again.times}`);
    asked++;
    return (await plane.execute(CliCanIDocument, { input })).canI;
  };
  const canI = await retry(again, ask, ({ answer }) => answer === 'unknown');
  cli.progress.set('ask the control plane', 'done', canI.answer);
  const { exitCode, word } = ANSWERS[canI.answer];
  const name = bold(inline(`${canI.version.server.name} ${canI.version.version}`));
  const text = `${word}  ${name}  ${canI.fromState} -> ${canI.toState}\n${guardsText(canI.guards)}`;
  return { data: canI, text, exitCode };
}
