/**
 * Outbox topic: a gateway met tools that are not the approved ones; `payload` is `{ gatewayId, versionId, environmentId }`.
 */
export const GATEWAY_SAW_DRIFT = 'gateway.saw_drift';
