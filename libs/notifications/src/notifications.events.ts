/** Outbox topic: a webhook was disabled because its endpoint is gone or kept failing; `payload` is `{ webhookId, reason }`. */
export const WEBHOOK_DISABLED = 'webhook.disabled';
/** Outbox topic: the owner of an agent has a new notice; `payload` is `{ noticeId }`. */
export const NOTICE_CREATED = 'notice.created';
/** Outbox topic: somebody changed a webhook, or has something sent to it now; `payload` is `{ webhookId }`. */
export const WEBHOOK_CHANGED = 'webhook.changed';
/** Outbox topic: somebody has read a notice; `payload` is `{ noticeId }`. */
export const NOTICE_READ = 'notice.read';
