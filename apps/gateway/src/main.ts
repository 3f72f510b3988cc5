import { exitOnConfigError, loadGatewayConfig } from '@rollcall/config';
import { systemClock } from '@rollcall/kernel';
import { startGateway } from './gateway.js';
import { gatewayLog } from './report/gateway-log.js';
import type { GatewayPace } from './settings.js';
import { POLL_PACE } from './trust/poll-loop.js';
import { UPSTREAM_LIMITS } from './upstream/upstream.js';

const PACE: GatewayPace = {
  poll: POLL_PACE,
  upstream: UPSTREAM_LIMITS,
  statusEveryMs: 15_000,
  usageEveryMs: 3_000,
  driftEveryMs: 60_000,
  driftPatienceMs: 3_000,
  stopGraceMs: 5_000,
};

const config = await exitOnConfigError(loadGatewayConfig);
const log = gatewayLog(config.logLevel);
const gateway = await startGateway({ ...config, clock: systemClock(config.clockOffsetMs), log, pace: PACE }).catch(
  (error: unknown) => {
    process.stderr.write(`The gateway cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
process.stdout.write(`${JSON.stringify({ ready: true, url: gateway.url })}\n`);

let isStopping = false;
async function stop(): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  await gateway.stop();
  log.flush();
  process.exit(0);
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop());
// Started by a parent over IPC, the gateway does not outlive it.
process.on('disconnect', () => void stop());
