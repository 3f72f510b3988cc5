/** Outbox topic: a check waits to be run; `payload` is `{ checkId }`. */
export const CHECK_REQUESTED = 'check.requested';
