import { CliDriftFindingDocument } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { failureOf } from '../../errors/failure.js';
import { comparisonText } from '../../output/comparison-text.js';
import { bold, dim, inline } from '../../output/style.js';
import { indent } from '../../output/table.js';
import { driftKind, driftStatus, driftSubject, driftVerdict } from './drift-text.js';

/** One finding, with every change and its witness. */
export const driftShowCommand: CommandSpec = {
  name: 'drift show',
  summary: 'one finding of drift: how what runs differs from what was approved',
  declare: (command) => {
    command.argument('<id>', 'id of the finding');
  },
  connects: 'account',
  run: async ({ cli, args: [id = ''] }) => {
    const plane = await cli.controlPlane();
    const { driftFinding: found } = await plane.execute(CliDriftFindingDocument, { id });
    if (!found) {
      const message = `There is no drift finding ${id}.`;
      return {
        data: null,
        text: '',
        failure: failureOf({ code: 'NOT_FOUND', message, nextStep: 'List them: rollcall drift list --status all.' }),
      };
    }
    const lines = [
      `${bold(inline(driftSubject(found)))} in ${inline(found.environment ?? 'the address of its manifest')}: ${driftVerdict(found)}   ${dim(found.id)}`,
      `${inline(driftKind(found))}; ${driftStatus(found)}; seen by ${inline(found.source)} from ${found.detectedAt} to ${found.lastSeenAt}`,
      ...(found.reason ? [`reason: ${inline(found.reason)}`] : []),
    ];
    if (found.comparison) lines.push('', indent(comparisonText(found.comparison)));
    return { data: { drift: found }, text: lines.join('\n') };
  },
};
