import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { DataDirectory } from './data-directory.js';
import { errorCode } from './error-code.js';
import { writeState } from './state-file.js';
import { corruptFile } from './up.errors.js';

/**
 * Writes which local servers worker and gateway may start, and returns the file: the operator's own, plus the demo's memory
 * server. Without demo the operator's file is used as it is.
 */
export function writeLaunchers(
  data: DataDirectory,
  operatorsFile: string | undefined,
  demo: boolean,
): string | undefined {
  if (!demo) return operatorsFile;
  const script = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-memory/dist/index.js');
  const memory = { command: process.execPath, args: [script], env: { MEMORY_FILE_PATH: data.memoryFile } };
  writeState(data.launchersFile, { memory, ...(operatorsFile ? operatorsLaunchers(operatorsFile) : {}) });
  return data.launchersFile;
}

function operatorsLaunchers(file: string): object {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as object;
  } catch (error) {
    if (error instanceof SyntaxError) throw corruptFile(file);
    if (errorCode(error) === 'ENOENT') throw corruptFile(file);
    throw error;
  }
}
