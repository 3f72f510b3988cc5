import { LINT_RULES, type RuleSet, readRuleSet } from '@rollcall/lint';
import { parse, YAMLParseError } from 'yaml';
import { usage } from '../errors/failure.js';
import type { Io } from '../io.js';
import { readText } from './input-file.js';

const MAX_BYTES = 256 * 1024;

/** Reads a rule set from YAML or JSON; what is misspelt is refused with its place. */
export async function readRuleSetFile(io: Io, file: string): Promise<RuleSet> {
  const read = readRuleSet(document(file, await readText(io, file, MAX_BYTES)), LINT_RULES);
  if (read.ok) return read.value;
  const [first] = read.error;
  const place = first?.path ? ` (at ${first.path})` : '';
  throw invalid(`The rule set ${file} cannot be used: ${first?.message ?? 'it does not fit.'}${place}`);
}

function document(file: string, text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 10 });
  } catch (error) {
    if (!(error instanceof YAMLParseError) && !(error instanceof ReferenceError)) throw error;
    throw invalid(`The rule set ${file} is neither YAML nor JSON.`);
  }
}

function invalid(message: string) {
  return usage(message, 'Correct the file, or lint without --rules.', 'RULE_SET_INVALID');
}
