import { type BundlePayload, MAX_BYTES } from '@rollcall/bundle';
import type { Cli } from '../cli.js';
import { usage } from '../errors/failure.js';
import { readBytes } from '../target/input-file.js';
import { readUnverifiedBundle } from './unverified.js';

/** Reads a bundle file for looking at it, and says that nobody has verified it. */
export async function bundleArgument(cli: Cli, file: string): Promise<BundlePayload> {
  const read = readUnverifiedBundle(await readBytes(cli.io, file, MAX_BYTES.bundle));
  if (!read.ok)
    throw usage(`${file} is not a readable bundle: ${read.error.message}`, read.error.nextStep, read.error.code);
  cli.note(`${file} is shown as it is: its signatures were not verified.`);
  return read.value;
}
