import { freePortLike } from './ports.js';
import { readState, writeState } from './state-file.js';

/** Where the demo's servers listen. */
export type DemoPorts = { payments: number; everything: number };

/** The ports of the last start while they are free, so that stored endpoints stay true; else near the gateway's, else any. */
export async function chooseDemoPorts(file: string, gatewayPort: number, taken: readonly number[]): Promise<DemoPorts> {
  const kept = readState<Partial<DemoPorts>>(file);
  const last = kept === undefined || kept === 'damaged' ? {} : kept;
  const payments = await freePortLike(last.payments ?? gatewayPort + 1, taken);
  const everything = await freePortLike(last.everything ?? gatewayPort + 2, [...taken, payments]);
  writeState(file, { payments, everything } satisfies DemoPorts);
  return { payments, everything };
}
