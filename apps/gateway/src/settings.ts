import type { GatewayConfig } from '@rollcall/config';
import type { Clock } from '@rollcall/kernel';
import type { PollPace } from './trust/poll-loop.js';
import type { UpstreamLimits } from './upstream/upstream.js';

/** Everything one gateway is told; a test says all of it, the process takes it from its environment. */
export type GatewaySettings = Pick<
  GatewayConfig,
  | 'gatewayHost'
  | 'gatewayPort'
  | 'gatewayStateDir'
  | 'gatewayRootFile'
  | 'gatewayToken'
  | 'gatewayName'
  | 'organization'
  | 'environment'
  | 'apiUrl'
  | 'allowedOrigins'
  | 'allowedHosts'
  | 'allowPrivateNetworks'
  | 'stdioLaunchersFile'
  | 'clockOffsetMs'
> & {
  /** Where agents reach it; undefined means where it listens. */
  gatewayPublicUrl: string | undefined;
  clock: Clock;
  log: GatewayLog;
  pace: GatewayPace;
};

/** Intervals and limits, so that a story of hours can be told in seconds. */
export type GatewayPace = {
  poll: PollPace;
  upstream: UpstreamLimits;
  statusEveryMs: number;
  usageEveryMs: number;
  driftEveryMs: number;
  driftPatienceMs: number;
  stopGraceMs: number;
};

/** Structured log of the gateway: one line per call in `audit`, and what an operator must know in the others. */
export type GatewayLog = {
  audit(fields: object): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
};
