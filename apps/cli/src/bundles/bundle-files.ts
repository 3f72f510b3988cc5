import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { MAX_BYTES } from '@rollcall/bundle';
import { EXIT } from '../errors/exit-codes.js';
import { CliFailure, usage } from '../errors/failure.js';
import type { Io } from '../io.js';
import { readBytes } from '../target/input-file.js';
import { claimedKind } from './unverified.js';

/** Names in a folder that `bundle pull` writes and `bundle verify --dir` reads. */
export const BUNDLE_FOLDER = {
  timestamp: 'timestamp.json',
  bundle: 'bundle.json',
  root: 'root.json',
  roots: 'roots',
} as const;

/** The signed files of one update; `roots` are those that may follow the pinned one, by version. */
export type BundleFiles = { timestamp: Uint8Array; bundle: Uint8Array; roots: Map<number, Uint8Array> };

/** Reads a folder in the form of {@link BUNDLE_FOLDER}. */
export async function readFolder(io: Io, folder: string): Promise<BundleFiles> {
  const at = (name: string) => path.join(folder, name);
  const timestamp = await readBytes(io, at(BUNDLE_FOLDER.timestamp), MAX_BYTES.timestamp);
  const bundle = await readBytes(io, at(BUNDLE_FOLDER.bundle), MAX_BYTES.bundle);
  const roots = new Map<number, Uint8Array>();
  for (const name of await rootNames(path.resolve(io.cwd, at(BUNDLE_FOLDER.roots)))) {
    roots.set(Number.parseInt(name, 10), await readBytes(io, at(`${BUNDLE_FOLDER.roots}/${name}`), MAX_BYTES.root));
  }
  return { timestamp, bundle, roots };
}

async function rootNames(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw usage(`The folder ${folder} cannot be read (${error.code}).`, 'Check the path.', 'FILE_UNREADABLE');
  });
  return names.filter((name) => /^[1-9]\d{0,5}\.json$/.test(name));
}

/** Reads loose files in any order. What each of them is it must say itself; one damaged file is what is missing. */
export async function readLooseFiles(io: Io, files: readonly string[]): Promise<BundleFiles> {
  if (files.length !== 2) {
    throw usage('Two files are needed: a timestamp and the bundle it names.', 'Pass both, or a folder with --dir.');
  }
  const read = await Promise.all(files.map((file) => readBytes(io, file, MAX_BYTES.bundle)));
  const [first = new Uint8Array(), second = new Uint8Array()] = read;
  const kinds = [claimedKind(first), claimedKind(second)];
  if (kinds[0] === 'timestamp' || kinds[1] === 'bundle') return { timestamp: first, bundle: second, roots: new Map() };
  if (kinds[1] === 'timestamp' || kinds[0] === 'bundle') return { timestamp: second, bundle: first, roots: new Map() };
  throw new CliFailure({
    code: 'MALFORMED',
    message: 'Neither of the files is a timestamp or a bundle.',
    nextStep: 'Pull them again with rollcall bundle pull.',
    exitCode: EXIT.no,
  });
}
