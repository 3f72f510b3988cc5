import { CliCheckShowDocument, type CliCheckShowQuery } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { EXIT } from '../../errors/exit-codes.js';
import { CliFailure } from '../../errors/failure.js';
import { checkText } from '../../output/check-text.js';
import { dim, inline } from '../../output/style.js';
import { linked } from '../check.command.js';

type Shown = NonNullable<CliCheckShowQuery['check']>;

/** One check: the verdict and what it rests on. Exits like `rollcall check`. */
export const checksShowCommand: CommandSpec = {
  name: 'checks show',
  summary: 'one check: verdict, steps, changes with their proof, approvals, and every conclusion it had',
  declare: (command) => {
    command.argument('<id>', 'of the check');
  },
  connects: 'account',
  run: async ({ cli, args: [id = ''] }) => {
    const plane = await cli.controlPlane();
    const { check } = await plane.execute(CliCheckShowDocument, { id });
    if (check === null) {
      throw new CliFailure({ code: 'NOT_FOUND', message: `There is no check ${id}.`, nextStep: 'Check the id.' });
    }
    const shown = linked(plane, check);
    const parts = [checkText(shown, shown.url), originText(shown), historyText(shown)];
    const exitCode = { success: EXIT.done, failure: EXIT.no }[shown.conclusion ?? ''] ?? EXIT.undecided;
    return { data: shown, text: parts.filter((part) => part !== '').join('\n\n'), exitCode };
  },
};

function originText({ git, contextId, requestedByHandle }: Shown): string {
  const facts = [
    ['context', contextId],
    ['asked by', requestedByHandle],
    ['commit', git?.commit],
    ['branch', git?.branch],
    ['author', git?.author],
    ['change', git?.pullRequestUrl],
    ['build', git?.buildUrl],
  ] as const;
  return facts.flatMap(([name, value]) => (value ? [dim(`  ${name.padEnd(8)} ${inline(value)}`)] : [])).join('\n');
}

function historyText({ conclusions }: Shown): string {
  if (conclusions.length < 2) return '';
  return conclusions
    .map(({ at, conclusion, cause, by }) => dim(`  ${at}  ${conclusion}  by ${cause}, ${inline(by)}`))
    .join('\n');
}
