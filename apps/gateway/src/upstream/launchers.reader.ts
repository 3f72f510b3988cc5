import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/** How this gateway starts one local server. */
export type Launcher = { command: string; args: string[]; env: Record<string, string> };

const launchersSchema = z.record(
  z.string().regex(/^[A-Za-z0-9._-]{1,64}$/),
  z.union([
    z.strictObject({
      command: z.string().min(1),
      args: z.array(z.string()).default([]),
      env: z.record(z.string(), z.string()).default({}),
    }),
    // a server behind a Unix socket: inspected by a worker that has the same file, not served here
    z.strictObject({ socketPath: z.string(), path: z.string().optional() }),
  ]),
);

/**
 * Reads the gateway's own launchers. A bundle only ever names one of them: whoever signs policy must not be able to
 * start programs on this machine. No file configured means no local server can be started.
 */
export async function readLaunchers(path: string | null): Promise<ReadonlyMap<string, Launcher>> {
  if (path === null) return new Map();
  const parsed = launchersSchema.safeParse(JSON.parse(await readFile(path, 'utf8')));
  if (!parsed.success) throw new Error(`The launchers file ${path} is not usable: ${z.prettifyError(parsed.error)}`);
  return new Map(Object.entries(parsed.data).flatMap(([name, one]) => ('command' in one ? [[name, one]] : [])));
}
