import type { CommandOutcome, CommandSpec, Invocation } from '../command-spec.js';
import { EXIT } from '../errors/exit-codes.js';
import { type ExplainedCode, type ExplainedRule, explainedLike, explanationOf } from '../errors/explanations.js';
import { usage } from '../errors/failure.js';
import { bold, dim, inline } from '../output/style.js';
import { indent } from '../output/table.js';

/** Explains an error code or a rule, offline. */
export const explainCommand: CommandSpec = {
  name: 'explain',
  summary: 'say what an error code or a rule means, and what to do about it',
  declare: (command) => {
    command.argument('<code>', 'a code such as VERSION_CONFLICT, or a rule such as INPUT_REQUIRED_ADDED');
  },
  examples: ['rollcall explain INPUT_REQUIRED_ADDED', 'rollcall explain VERSION_CONFLICT'],
  run: explain,
};

async function explain({ args: [text = ''] }: Invocation): Promise<CommandOutcome> {
  const id = text.trim().toUpperCase().replaceAll('-', '_');
  const found = explanationOf(id);
  if (found !== null) return { data: found, text: found.kind === 'rule' ? ruleText(found) : codeText(found) };
  const like = explainedLike(id);
  const nextStep = like.length === 0 ? 'Check the spelling.' : `Did you mean one of: ${like.join(', ')}?`;
  throw usage(`There is no code and no rule "${inline(text)}".`, nextStep, 'NOT_EXPLAINED');
}

function ruleText({ id, severity, title, explanation, docs, before, after }: ExplainedRule): string {
  const lines = [`${bold(id)}   rule, ${severity}`, '', `  ${title}.`, `  ${explanation}`];
  if (before !== undefined) lines.push('', dim('  before'), indent(before, 4));
  if (after !== undefined) lines.push('', dim('  after'), indent(after, 4));
  lines.push('', dim(`  ${docs}`));
  return lines.join('\n');
}

const EXITS: Record<number, string> = {
  [EXIT.no]: 'the verdict is no',
  [EXIT.usage]: 'wrong use, or a refused request',
  [EXIT.notAllowed]: 'not signed in, or not allowed',
  [EXIT.unreachable]: 'unreachable, or timed out',
  [EXIT.protocol]: 'the inspected server broke the protocol',
  [EXIT.undecided]: 'undecided',
  [EXIT.bug]: 'a bug of rollcall',
};

function codeText({ id, exitCode, means, nextStep, said }: ExplainedCode): string {
  const lines = [`${bold(id)}   exit ${exitCode}: ${EXITS[exitCode] ?? ''}`, ''];
  if (means !== null) lines.push(`  ${means}`);
  if (nextStep !== null) lines.push(`  ${bold('next')}: ${nextStep}`);
  for (const one of said) lines.push('', dim(`  says: ${one.message}`), `  ${bold('next')}: ${one.nextStep}`);
  return lines.join('\n');
}
