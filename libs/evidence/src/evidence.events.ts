/** Outbox topic: golden calls wait to be made; `payload` is `{ runId }`. */
export const GOLDEN_REQUESTED = 'golden.requested';
/** Outbox topic: golden calls were made; `payload` is `{ runId, versionId, environmentId }`. */
export const GOLDEN_FINISHED = 'golden.finished';
/** Outbox topic: a conformance run waits; `payload` is `{ runId }`. */
export const CONFORMANCE_REQUESTED = 'conformance.requested';
/** Outbox topic: it has ended; `payload` is `{ runId, versionId, environmentId }`. */
export const CONFORMANCE_FINISHED = 'conformance.finished';
