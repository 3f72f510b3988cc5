import { type RunningEverything, startEverything } from './everything-process.js';
import type { PaymentsVersion } from './payments-contract.js';
import { type RunningPayments, startPayments } from './payments-server.js';

export { memoryServerLaunch, type StdioLaunch } from './memory-launcher.js';
export { PAYMENTS_TOOLS, PAYMENTS_VERSIONS, type PaymentsTool, type PaymentsVersion } from './payments-contract.js';

/** The demo's servers: our payments server in three versions, and the protocol's reference server. */
export type DemoServers = {
  paymentsPort: number;
  paymentsUrl(version: PaymentsVersion): string;
  everythingUrl: string;
  close(): Promise<void>;
};

/** Starts every HTTP server of the demo on loopback; either all run, or none is left behind. */
export async function startDemoServers(ports: { paymentsPort: number; everythingPort: number }): Promise<DemoServers> {
  const payments: RunningPayments = await startPayments(ports.paymentsPort);
  let everything: RunningEverything;
  try {
    everything = await startEverything(ports.everythingPort);
  } catch (error) {
    await payments.close();
    throw error;
  }
  return {
    paymentsPort: payments.port,
    paymentsUrl: payments.url,
    everythingUrl: everything.url,
    close: async () => {
      await Promise.all([payments.close(), everything.close()]);
    },
  };
}
