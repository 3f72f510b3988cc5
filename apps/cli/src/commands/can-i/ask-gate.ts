import { type CanIInput, CliCanIDocument } from '@rollcall/schema';
import type { CommandOutcome } from '../../command-spec.js';
import type { ControlPlane } from '../../connection/control-plane.js';
import { EXIT } from '../../errors/exit-codes.js';
import { guardsText } from '../../output/guards-text.js';
import { bold, green, inline, red, yellow } from '../../output/style.js';

const ANSWERS = {
  yes: { exitCode: EXIT.done, word: green('✔ yes') },
  no: { exitCode: EXIT.no, word: red('✖ no') },
  unknown: { exitCode: EXIT.undecided, word: yellow('? unknown') },
} as const;

/** Asks the same question the transition itself asks, and shows every guard. */
export async function askGate(plane: ControlPlane, input: CanIInput): Promise<CommandOutcome> {
  const { canI } = await plane.execute(CliCanIDocument, { input });
  const { exitCode, word } = ANSWERS[canI.answer];
  const name = bold(inline(`${canI.version.server.name} ${canI.version.version}`));
  const text = `${word}  ${name}  ${canI.fromState} -> ${canI.toState}\n${guardsText(canI.guards)}`;
  return { data: canI, text, exitCode };
}
