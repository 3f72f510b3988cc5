import { rmSync } from 'node:fs';
import { endProcess, type ProcessIdentity } from './process-identity.js';
import { readState, writeState } from './state-file.js';

/** What was started and may outlive us: written at every start, so that the next run can end exactly these processes. */
export type StartedProcess = ProcessIdentity & { name: string };

/** Keeps the list of live children on disk. */
export class StartedProcesses {
  private readonly started = new Map<string, StartedProcess>();

  constructor(private readonly file: string) {}

  add(name: string, identity: ProcessIdentity): void {
    this.started.set(name, { name, ...identity });
    writeState(this.file, { started: [...this.started.values()] });
  }

  clear(): void {
    this.started.clear();
    rmSync(this.file, { force: true });
  }
}

/** Ends what a killed supervisor left behind; a process with a recycled id is not ours and is left alone. */
export async function endLeftovers(file: string, graceMs = 5_000): Promise<void> {
  const kept = readState<{ started?: StartedProcess[] }>(file);
  if (kept !== undefined && kept !== 'damaged' && Array.isArray(kept.started))
    await Promise.all(kept.started.map((one) => endProcess(one, graceMs)));
  rmSync(file, { force: true });
}
