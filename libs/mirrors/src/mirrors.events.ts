/** Outbox topic: somebody asked for a walk now; `payload` is `{ sourceId }`. */
export const MIRROR_REQUESTED = 'mirror.requested';
