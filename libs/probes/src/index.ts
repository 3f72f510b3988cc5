export {
  EndpointHealthReadModel,
  type HealthSummary,
  type HealthWindow,
  type ProbeHistoryRow,
} from './endpoint-health.read-model.prisma.js';
export type { HealthFinding, HealthState, ProbeOutcome } from './probe.js';
export { ProbeLoop, type Round } from './probe.loop.js';
export { ProberSettings } from './probe.runner.js';
export { ProbeService } from './probe.service.js';
export { ProbeMetrics } from './probe-metrics.js';
export { ProbePartitions } from './probe-partitions.prisma.js';
export { ProbeRollups, type Rollup } from './probe-rollup.service.js';
export { ProbeScheduleRecords } from './probe-schedule.records.prisma.js';
export {
  ENDPOINT_CONTRACT_OBSERVED,
  ENDPOINT_HEALTH_CHANGED,
  ENDPOINT_PROBE_REQUESTED,
  ENDPOINT_UNAUTHENTICATED_ACCESS,
} from './probes.events.js';
export { ProberModule, ProbesModule } from './probes.module.js';
