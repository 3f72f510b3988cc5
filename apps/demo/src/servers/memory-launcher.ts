import { createRequire } from 'node:module';

/** How to start a server over stdio: a command, its arguments and its whole environment. */
export type StdioLaunch = { command: string; args: string[]; env: Record<string, string> };

/** Launches the knowledge-graph memory server that is installed beside us; it keeps its graph in the given file. */
export function memoryServerLaunch(memoryFilePath: string): StdioLaunch {
  const path = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-memory/dist/index.js');
  return { command: process.execPath, args: [path], env: { MEMORY_FILE_PATH: memoryFilePath } };
}
