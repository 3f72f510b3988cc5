/** Outbox topic: a check waits to be run; `payload` is `{ checkId }`. */
export const CHECK_REQUESTED = 'check.requested';
/** Outbox topic: a check has ended with a conclusion; `payload` is `{ checkId }`. */
export const CHECK_CONCLUDED = 'check.concluded';
