/** Outbox topic: a check waits to be run; `payload` is `{ checkId }`. */
export const CHECK_REQUESTED = 'check.requested';
/** Outbox topic: a check of a version has ended with a conclusion; `payload` is `{ checkId }`. */
export const CHECK_CONCLUDED = 'check.concluded';
/** Outbox topic: a check that somebody asked for has ended, or an approval changed how; `payload` is `{ checkId, conclusion }`. */
export const CHECK_COMPLETED = 'check.completed';
/** Outbox topic: a check is held up by changes that its context had not waited for before; `payload` is `{ checkId, waiting }`. */
export const CHECK_APPROVAL_REQUESTED = 'check.approval_requested';
/** Outbox topic: changes were approved for a context; `payload` is `{ checkId, fingerprints }`. */
export const CHANGES_APPROVED = 'changes.approved';
/** Outbox topic: approvals were taken back; `payload` is `{ checkId, fingerprints }`. */
export const CHANGES_REVOKED = 'changes.revoked';
