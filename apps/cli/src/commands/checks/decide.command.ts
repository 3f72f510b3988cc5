import { CliChangeApproveDocument, CliChangeRevokeDocument, CliCheckStatusDocument } from '@rollcall/schema';
import type { Command } from 'commander';
import { type CommandOptions, collect } from '../../command-options.js';
import type { CommandOutcome, CommandSpec, Invocation } from '../../command-spec.js';
import { type ControlPlane, entityOf } from '../../connection/control-plane.js';
import { CliFailure, usage } from '../../errors/failure.js';
import { checkText } from '../../output/check-text.js';
import { linked } from '../check.command.js';

type Decision = { check: string; reason: string } & ({ all: true } | { fingerprints: string[] });

/** Approves changes of a check for its pull request. */
export const checksApproveCommand: CommandSpec = {
  name: 'checks approve',
  summary: 'approve changes that hold a check up, for its pull request and no other',
  declare: (command) => declareDecision(command, 'every change that waits'),
  connects: 'account',
  examples: ['rollcall checks approve chk_01 --change 1 --reason "Its only caller was moved."'],
  run: async (invocation) => {
    const { plane, decision } = await decisionOf(invocation);
    const { changeApprove } = await plane.execute(CliChangeApproveDocument, { input: decision });
    return outcomeOf(plane, entityOf(changeApprove.check, changeApprove.errors));
  },
};

/** Takes approvals back. */
export const checksRevokeCommand: CommandSpec = {
  name: 'checks revoke',
  summary: 'take approvals of changes back; the check waits again',
  declare: (command) => declareDecision(command, 'every approved change of the check'),
  connects: 'account',
  run: async (invocation) => {
    const { plane, decision } = await decisionOf(invocation);
    const { changeRevoke } = await plane.execute(CliChangeRevokeDocument, { input: decision });
    return outcomeOf(plane, entityOf(changeRevoke.check, changeRevoke.errors));
  },
};

function declareDecision(command: Command, all: string): void {
  command
    .argument('<id>', 'of the check')
    .option('--change <n>', 'number of a change, as the check prints it (repeatable)', collect)
    .option('--all', all)
    .requiredOption('--reason <reason>', 'why; stays on the record');
}

async function decisionOf({
  cli,
  args: [id = ''],
  options,
}: Invocation): Promise<{ plane: ControlPlane; decision: Decision }> {
  const reason = options.required('reason', '--reason');
  const numbers = numbersOf(options);
  const plane = await cli.controlPlane();
  if (numbers === null) return { plane, decision: { check: id, reason, all: true } };
  const { check } = await plane.execute(CliCheckStatusDocument, { id });
  if (check === null) {
    throw new CliFailure({ code: 'NOT_FOUND', message: `There is no check ${id}.`, nextStep: 'Check the id.' });
  }
  const fingerprints = numbers.map((number) => {
    const change = check.changes.find((one) => one.number === number);
    if (change === undefined) throw usage(`The check has no change ${number}.`, `It has ${check.changes.length}.`);
    return change.fingerprint;
  });
  return { plane, decision: { check: id, reason, fingerprints } };
}

/** Null for all of them. */
function numbersOf(options: CommandOptions): number[] | null {
  const [texts, all] = [options.list('change'), options.flag('all')];
  if (all === texts.length > 0) {
    throw usage('Say which changes are meant.', 'Add --change N for each, or --all.');
  }
  return all ? null : texts.map(numberOf);
}

function numberOf(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw usage(`--change ${text} is no number of a change.`, 'Write --change 1.');
}

function outcomeOf(plane: ControlPlane, check: Parameters<typeof checkText>[0]): CommandOutcome {
  const shown = linked(plane, check);
  return { data: { check: shown }, text: checkText(shown, shown.url) };
}
