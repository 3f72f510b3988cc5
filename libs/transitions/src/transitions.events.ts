/** Outbox topic: a version has moved; `payload` is `{ versionId, transitionId, from, to }`. */
export const VERSION_TRANSITIONED = 'version.transitioned';
/** Outbox topic: a version was stopped at once; `payload` is `{ versionId }`. */
export const VERSION_QUARANTINED = 'version.quarantined';
/** Outbox topic: a quarantine was lifted; `payload` is `{ versionId }`. */
export const VERSION_RELEASED = 'version.released';
/** A sunset comes near; `payload` is `{ versionId, server, version, sunsetAt, days, daysLeft }`, once per `days` of the policy. */
export const SUNSET_APPROACHING = 'version.sunset_approaching';
/** A sunset has passed and the version is still called; `payload` is `{ versionId, server, version, sunsetAt }`, once. */
export const SUNSET_REACHED = 'version.sunset_reached';
/** An administrator asks a second one for a step; `payload` is `{ requestId, versionId, from, to, expiresAt }`. */
export const BREAK_GLASS_REQUESTED = 'version.break_glass_requested';
/** A reviewer approved a contract, others are still to; `payload` is `{ versionId, approvalId, given, required }`. */
export const VERSION_APPROVED = 'version.approved';
