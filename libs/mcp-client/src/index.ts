export { type CallSession, type ToolAnswer, type ToolCall, withCallSession } from './call-session.js';
export { systemResolver } from './dial-guard.js';
export {
  type Download,
  DownloadFailed,
  type DownloadFailure,
  type DownloadOptions,
  guardedDownload,
} from './guarded-download.js';
export { inspectServer } from './inspect-server.js';
export type {
  EraVerdict,
  InspectionOptions,
  InspectionOutcome,
  InspectionTarget,
  LaunchFacts,
  ListFreshness,
  Observation,
  ObservationIssue,
  ObservedAuthentication,
  ObservedTransport,
  RawFrame,
} from './inspection.js';
export { INSPECTOR, USER_AGENT } from './inspector-identity.js';
export { isDialable, type NetworkPolicy, type Resolver } from './network-policy.js';
export {
  openPinnedProxy,
  type PinnedProxy,
  type PinnedProxyOptions,
  type ProxyRefusal,
} from './pinned-proxy.server.js';
export { checkUnauthenticatedAccess, type UnauthenticatedAccess } from './unauthenticated-access.js';
