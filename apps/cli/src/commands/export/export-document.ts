import type { CommandOutcome, Invocation } from '../../command-spec.js';
import { writeOutput } from '../../output/output-file.js';
import { green } from '../../output/style.js';
import { decode } from '../../target/input-file.js';

const MAX_BYTES = 256 * 1024 * 1024;

/** Fetches one exported document; to a file with `--output`, else to stdout as it is. */
export async function exportDocument({ cli, options }: Invocation, path: string): Promise<CommandOutcome> {
  const bytes = await (await cli.controlPlane()).download(path, MAX_BYTES);
  const file = options.text('output');
  const content = decode(bytes, 'The answer of the control plane');
  if (file === undefined) return { data: { content }, text: content.trimEnd() };
  await writeOutput(cli.io, file, bytes);
  return { data: { file, bytes: bytes.length }, text: `${green('✔')} ${bytes.length} bytes in ${file}` };
}
