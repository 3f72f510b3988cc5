export {
  type Download,
  DownloadFailed,
  type DownloadFailure,
  type DownloadOptions,
  guardedDownload,
} from './guarded-download.js';
export { type Resolver, systemResolver } from './guarded-fetch.js';
export { inspectServer } from './inspect-server.js';
export type {
  InspectionOptions,
  InspectionOutcome,
  InspectionTarget,
  Observation,
  ObservationIssue,
  ObservedTransport,
  RawFrame,
} from './inspection.js';
export { isDialable, type NetworkPolicy } from './network-policy.js';
export { checkUnauthenticatedAccess, type UnauthenticatedAccess } from './unauthenticated-access.js';
