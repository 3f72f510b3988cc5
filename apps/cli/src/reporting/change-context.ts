import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Env as Environment } from '@rollcall/config';
import type { Target } from '../target/parse-target.js';

const MAX_INDEXED_BYTES = 8 * 1024 * 1024;

/** The change request this pipeline runs for, as its CI system names it; null outside of one. Keys comments and approvals. */
export function contextIdOf(env: Environment): string | null {
  const pull = /^refs\/pull\/(\d{1,10})\//.exec(env['GITHUB_REF'] ?? '')?.[1];
  if (env['GITHUB_REPOSITORY'] && pull) return `github:${env['GITHUB_REPOSITORY']}:${pull}`;
  const { CI_PROJECT_PATH: project, CI_MERGE_REQUEST_IID: request } = env;
  if (project && request) return `gitlab:${project}:${request}`;
  return null;
}

/** A target as a report may name it: an address without its query, which may hold a key, and reports are published. */
export function subjectOf(target: string): string {
  if (!/^(https?|wss?):\/\//i.test(target) || !URL.canParse(target)) return target;
  const { protocol, host, pathname } = new URL(target);
  return `${protocol}//${host}${pathname}`;
}

/** A file as its repository names it, with slashes: what code scanning and annotations can find. */
export function inRepository(cwd: string, file: string): string {
  const full = path.resolve(cwd, file);
  const root = repositoryOf(path.dirname(full));
  const relative = root === null ? file : path.relative(root, full);
  return relative.split(path.sep).join('/');
}

/** The text of a file that {@link inRepository} named; null when it cannot be read, is no text or too large to index. */
export async function readInRepository(cwd: string, file: string): Promise<string | null> {
  const full = path.resolve(repositoryOf(cwd) ?? cwd, file);
  const found = await stat(full).catch(() => null);
  if (found === null || !found.isFile() || found.size > MAX_INDEXED_BYTES) return null;
  return readFile(full, 'utf8').catch(() => null);
}

/** The file findings about a target point at; null when it is no file. */
export function fileOfTarget(cwd: string, target: Target): string | null {
  return target.kind === 'file' ? inRepository(cwd, target.path) : null;
}

function repositoryOf(folder: string): string | null {
  if (existsSync(path.join(folder, '.git'))) return folder;
  const parent = path.dirname(folder);
  return parent === folder ? null : repositoryOf(parent);
}
