/** Outbox topic: a version has moved; `payload` is `{ versionId, transitionId, from, to }`. */
export const VERSION_TRANSITIONED = 'version.transitioned';
