import { EXPECTATION_LIMITS, type ExpectationDocument, readExpectations } from '@rollcall/expectations';
import type { JsonValue } from '@rollcall/kernel';
import { parse, YAMLParseError } from 'yaml';
import { usage } from '../errors/failure.js';
import type { Io } from '../io.js';
import { readText } from './input-file.js';

/** Where an agent's repository keeps what it relies on. */
export const EXPECTATIONS_FILE = 'rollcall.expectations.yaml';
const SHOWN = 10;

/** Reads what an agent relies on from YAML or JSON; what is wrong is refused with its place. */
export async function readExpectationsFile(io: Io, file: string): Promise<ExpectationDocument> {
  const read = readExpectations(parsed(file, await readText(io, file, EXPECTATION_LIMITS.bytes)));
  if (read.ok) return read.value;
  const problems = read.error.slice(0, SHOWN).map(({ path, message }) => `${path || '/'}: ${message}`);
  throw invalid(`${file} cannot be used: ${problems.join(' ')}`);
}

function parsed(file: string, text: string): JsonValue {
  try {
    return parse(text, { maxAliasCount: 10 }) as JsonValue;
  } catch (error) {
    if (error instanceof YAMLParseError) throw invalid(`${file} is not YAML: ${error.message.split('\n')[0]}`);
    if (error instanceof ReferenceError) throw invalid(`${file} repeats itself too often.`);
    throw error;
  }
}

function invalid(message: string) {
  return usage(message, 'Correct the file; docs/reference/expectations.md describes it.', 'EXPECTATIONS_INVALID');
}
