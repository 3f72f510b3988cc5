import { isJsonObject, type JsonObject } from '@rollcall/kernel';
import { parseDocument } from 'yaml';
import type { Cli } from '../../cli.js';
import { usage } from '../../errors/failure.js';
import { readText } from '../../target/input-file.js';

const MAX_BYTES = 256 * 1024;

/** Golden calls from YAML or JSON; what they mean is judged by the control plane. */
export async function readGoldenFile(cli: Cli, file: string): Promise<JsonObject> {
  const document = parseDocument(await readText(cli.io, file, MAX_BYTES), { schema: 'core', version: '1.2' });
  const [problem] = document.errors;
  if (problem) throw invalid(`${file} is neither YAML nor JSON: ${problem.message.split('\n')[0]}`);
  let value: unknown;
  try {
    // no aliases: a small file must not become a huge document
    value = document.toJS({ maxAliasCount: 0 });
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    throw invalid(`${file} uses aliases.`);
  }
  if (!isJsonObject(value)) throw invalid(`${file} is not an object with a list of calls.`);
  return value;
}

function invalid(message: string) {
  return usage(message, 'Write it as docs/operations/golden-calls.md shows.', 'GOLDEN_CALLS_INVALID');
}
