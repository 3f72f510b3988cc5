import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { MAX_BYTES, MAX_ROOT_CHAIN } from '@rollcall/bundle';
import { sha256Hex } from '@rollcall/contract';
import { isJsonObject } from '@rollcall/kernel';
import { BUNDLE_FOLDER } from '../../bundles/bundle-files.js';
import { claimedPayload } from '../../bundles/unverified.js';
import type { CommandOutcome, CommandSpec, Invocation } from '../../command-spec.js';
import type { ControlPlane } from '../../connection/control-plane.js';
import { CliFailure } from '../../errors/failure.js';
import type { Io } from '../../io.js';
import { unwritable, writeOutput } from '../../output/output-file.js';

/** Fetches the signed policy of an environment. */
export const bundlePullCommand: CommandSpec = {
  name: 'bundle pull',
  summary: 'fetch the signed policy of an environment: timestamp, bundle and roots',
  declare: (command) => {
    command
      .requiredOption('--environment <name>', 'whose policy')
      .requiredOption('-o, --output <dir>', 'write the files into this folder');
  },
  connects: 'account',
  examples: ['rollcall bundle pull --environment production -o ./policy'],
  run: pull,
};

async function pull({ cli, options }: Invocation): Promise<CommandOutcome> {
  const environment = options.required('environment', '--environment');
  const folder = options.required('output', '--output');
  const plane = await cli.controlPlane();
  const base = `/bundles/v1/${encodeURIComponent(environment)}`;
  const timestamp = await plane.download(`${base}/timestamp`, MAX_BYTES.timestamp);
  const { sha256, rootVersion, serial } = pointerOf(timestamp);
  const bundle = await plane.download(`${base}/objects/${sha256}`, MAX_BYTES.bundle);
  if (sha256Hex(bundle) !== sha256) throw unexpected('The bundle is not the object that the timestamp names.');
  const roots = await pullRoots(plane, base, rootVersion);
  await makeFolder(cli.io, path.join(folder, BUNDLE_FOLDER.roots));
  for (const [version, bytes] of roots) {
    await writeOutput(cli.io, path.join(folder, BUNDLE_FOLDER.roots, `${version}.json`), bytes);
  }
  const newest = roots.get(rootVersion);
  if (newest !== undefined) await writeOutput(cli.io, path.join(folder, BUNDLE_FOLDER.root), newest);
  await writeOutput(cli.io, path.join(folder, BUNDLE_FOLDER.bundle), bundle);
  await writeOutput(cli.io, path.join(folder, BUNDLE_FOLDER.timestamp), timestamp);
  cli.note('Nothing is verified yet: rollcall bundle verify does that, with a root you have from elsewhere.');
  const files = [BUNDLE_FOLDER.timestamp, BUNDLE_FOLDER.bundle, BUNDLE_FOLDER.root].map((name) =>
    path.join(folder, name),
  );
  const data = { environment, serial, rootVersion, sha256, length: bundle.length, files };
  return {
    data,
    text: `serial ${serial} of ${environment}, ${bundle.length} bytes, sha256 ${sha256}\n${files.join('\n')}`,
  };
}

type Pointer = { sha256: string; rootVersion: number; serial: number };

/** What to fetch next. Nothing is trusted: the digest becomes part of a URL only when it is a digest. */
function pointerOf(bytes: Uint8Array): Pointer {
  const claimed = claimedPayload(bytes);
  const bundle = claimed?.['bundle'];
  const sha256 = isJsonObject(bundle) ? bundle['sha256'] : undefined;
  const { rootVersion, serial } = claimed ?? {};
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256)) throw unexpected('The timestamp names no bundle.');
  if (typeof rootVersion !== 'number' || typeof serial !== 'number') throw unexpected('The timestamp names no root.');
  return { sha256, rootVersion, serial };
}

/** From the newest root back, until one is not kept any more. */
async function pullRoots(plane: ControlPlane, base: string, newest: number): Promise<Map<number, Uint8Array>> {
  const roots = new Map<number, Uint8Array>();
  for (let version = newest; version >= 1 && roots.size <= MAX_ROOT_CHAIN; version--) {
    const bytes = await plane.download(`${base}/root/${version}`, MAX_BYTES.root).catch((error: unknown) => {
      const gone = error instanceof CliFailure && error.failure.body.code === 'NOT_FOUND' && version < newest;
      if (gone) return null;
      throw error;
    });
    if (bytes === null) break;
    roots.set(version, bytes);
  }
  return roots;
}

async function makeFolder(io: Io, folder: string): Promise<void> {
  await mkdir(path.resolve(io.cwd, folder), { recursive: true }).catch((error: unknown) => {
    throw unwritable(folder, error);
  });
}

function unexpected(message: string): CliFailure {
  return new CliFailure({
    code: 'NOT_ROLLCALL',
    message,
    nextStep: 'Try again; if it stays, something between changes bytes.',
  });
}
