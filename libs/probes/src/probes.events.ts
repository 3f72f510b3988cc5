/**
 * Outbox topic: the health of an endpoint has changed; `payload` is
 * `{ endpointId, versionId, environmentId, environmentKind, from, to, outcome, findings }`, findings as their codes.
 */
export const ENDPOINT_HEALTH_CHANGED = 'endpoint.health_changed';
/**
 * Outbox topic: an endpoint offers another contract than before, which is stored; `payload` is
 * `{ endpointId, versionId, environmentId, digest, previousDigest }`, previousDigest null for the first one.
 */
export const ENDPOINT_CONTRACT_OBSERVED = 'endpoint.contract_observed';
/**
 * Outbox topic: an endpoint that should not began, or ceased, to list its tools to callers without credentials;
 * `payload` is `{ endpointId, versionId, environmentId, open }`.
 */
export const ENDPOINT_UNAUTHENTICATED_ACCESS = 'endpoint.unauthenticated_access';
/** Outbox topic: somebody asked for a probe now; `payload` is `{ endpointId, versionId }`. */
export const ENDPOINT_PROBE_REQUESTED = 'endpoint.probe_requested';
