import { MAX_DEPTH, parseStrict } from '@rollcall/contract';
import { type Baseline, readBaseline } from '@rollcall/reports';
import { CliFailure, usage } from '../errors/failure.js';
import type { Io } from '../io.js';
import { writeOutput } from '../output/output-file.js';
import { readText } from '../target/input-file.js';

const MAX_BYTES = 8 * 1024 * 1024;

/** Reads a baseline. One that is about to be written need not be there yet. */
export async function readBaselineFile(io: Io, file: string, options: { mayMiss: boolean }): Promise<Baseline | null> {
  const text = await readText(io, file, MAX_BYTES).catch((error: unknown) => {
    if (options.mayMiss && isMissing(error)) return null;
    throw error;
  });
  if (text === null) return null;
  const parsed = parseStrict(text, { maxBytes: MAX_BYTES, maxDepth: MAX_DEPTH });
  if (!parsed.ok) throw invalid(file, `${parsed.error.message}`);
  const read = readBaseline(parsed.value);
  if (!read.ok) throw invalid(file, read.error);
  return read.value;
}

/** Writes a baseline so that it reads well in a review. */
export async function writeBaselineFile(io: Io, file: string, baseline: Baseline): Promise<void> {
  await writeOutput(io, file, `${JSON.stringify(baseline, null, 2)}\n`);
}

function isMissing(error: unknown): boolean {
  return error instanceof CliFailure && error.failure.body.code === 'FILE_NOT_FOUND';
}

function invalid(file: string, problem: string) {
  const nextStep = 'Correct it, or write it anew with --update-baseline.';
  return usage(`The baseline ${file} cannot be used: ${problem}`, nextStep, 'BASELINE_INVALID');
}
