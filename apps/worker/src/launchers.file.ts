import { readFileSync } from 'node:fs';
import type { Launcher } from '@rollcall/inspections';
import { z } from 'zod';

const LAUNCHERS = z.record(
  z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
  z.strictObject({
    command: z.string().min(1),
    args: z.array(z.string()).default([]),
    env: z.record(z.string(), z.string()).default({}),
  }),
);

/** Reads the programs an operator has consented to start; no file means none. A malformed file is a fault at start. */
export function readLaunchers(file: string | undefined): Record<string, Launcher> {
  return file === undefined ? {} : LAUNCHERS.parse(JSON.parse(readFileSync(file, 'utf8')));
}
