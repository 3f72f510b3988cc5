import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** The release that is built; docs/reference/conformance.md tells what its publisher sends. */
export const REGISTRY_RELEASE = '1.8.7';
const MODULE = 'github.com/modelcontextprotocol/registry/cmd';
/** A cold build downloads and compiles for about a minute; what it finished is kept by Go for the next run. */
const BUILD_MS = 45_000;

/** What a run of a program left behind. */
export type Ran = { exitCode: number; stdout: string; stderr: string };

/** A program in a folder of its own. */
export type GoProgram = { path: string; folder: string; remove(): void };

/** Builds a program of the official registry, or says in one line why not: no Go, no module proxy, not in time. */
export async function buildGoProgram(name: 'publisher' | 'registry'): Promise<GoProgram | string> {
  const folder = mkdtempSync(path.join(tmpdir(), `rollcall-${name}-`));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  const env = { ...goEnvironment(), GOBIN: folder, GOFLAGS: '-mod=mod', GOTOOLCHAIN: 'local' };
  const module = `${MODULE}/${name}@v${REGISTRY_RELEASE}`;
  const built = await execute('go', ['install', module], { env, cwd: folder, timeout: BUILD_MS });
  if (built.exitCode === 0) return { path: path.join(folder, name), folder, remove };
  remove();
  const reason = built.stderr.trim().split('\n').at(-1) || `it was not built within ${BUILD_MS / 1000} seconds`;
  return `The ${name} ${REGISTRY_RELEASE} is not at hand, its stories are skipped: ${reason}`;
}

/** Where Go keeps and finds things; nothing else of this process goes along. */
function goEnvironment(): Record<string, string> {
  const names = ['PATH', 'HOME', 'GOPATH', 'GOCACHE', 'GOMODCACHE', 'GOPROXY', 'GOSUMDB', 'HTTPS_PROXY'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

type Surroundings = { env: Record<string, string>; cwd: string; timeout: number };

/** Runs a program to its end; it is killed when it takes longer than `timeout`. */
export function execute(command: string, args: readonly string[], around: Surroundings): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(command, args, { ...around, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      const absent = error?.code === 'ENOENT' ? `${command} is not installed` : '';
      resolve({ exitCode, stdout, stderr: stderr || absent });
    });
    child.stdin?.end();
  });
}
