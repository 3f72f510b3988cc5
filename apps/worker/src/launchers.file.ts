import { readFileSync } from 'node:fs';
import type { Launcher } from '@rollcall/inspections';
import { z } from 'zod';

const LAUNCHERS = z.record(
  z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
  z.union([
    z.strictObject({
      command: z.string().min(1),
      args: z.array(z.string()).default([]),
      env: z.record(z.string(), z.string()).default({}),
    }),
    z.strictObject({
      socketPath: z.string().regex(/^\//, 'An absolute path.'),
      path: z.string().regex(/^\//, 'Begins with a slash.').default('/mcp'),
    }),
  ]),
);

/** Reads the programs an operator has consented to start, and the Unix sockets to be dialled; no file means none. A malformed file is a fault at start. */
export function readLaunchers(file: string | undefined): Record<string, Launcher> {
  return file === undefined ? {} : LAUNCHERS.parse(JSON.parse(readFileSync(file, 'utf8')));
}
