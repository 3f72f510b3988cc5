import { MAX_DEPTH, parseStrict } from '@rollcall/contract';
import { isJsonObject, type JsonObject } from '@rollcall/kernel';
import type { Cli } from '../../cli.js';
import { usage } from '../../errors/failure.js';
import { readText } from '../../target/input-file.js';

const MAX_BYTES = 256 * 1024;

/** A policy document from a file; what its fields mean is judged by the control plane. */
export async function readPolicyFile(cli: Cli, file: string): Promise<JsonObject> {
  const parsed = parseStrict(await readText(cli.io, file, MAX_BYTES), { maxBytes: MAX_BYTES, maxDepth: MAX_DEPTH });
  if (!parsed.ok) {
    throw usage(`${file} is not acceptable JSON: ${parsed.error.message}`, 'Correct the file.', parsed.error.code);
  }
  if (!isJsonObject(parsed.value)) throw usage(`${file} is not a JSON object.`, 'Pass a policy.json.', 'NOT_AN_OBJECT');
  return parsed.value;
}
