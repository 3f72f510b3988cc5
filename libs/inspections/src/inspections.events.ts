/** Outbox topic: an inspection waits to be run; `payload` is `{ inspectionId }`. */
export const INSPECTION_REQUESTED = 'inspection.requested';
/** Outbox topic: an inspection has ended; `payload` is `{ inspectionId, versionId, purpose, requestedBy }`. */
export const INSPECTION_FINISHED = 'inspection.finished';
