/** Outbox topic: what runs is not what was approved; `payload` is `{ driftId, versionId, environmentId, conclusion, risk, quarantined }`. */
export const DRIFT_DETECTED = 'drift.detected';
/** Outbox topic: what runs is what was approved again, or a person dismissed it; `payload` is `{ driftId, versionId, environmentId, status }`. */
export const DRIFT_RESOLVED = 'drift.resolved';
