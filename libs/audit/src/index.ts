export { AuditModule, AuditProofModule } from './audit.module.js';
export { AuditCheckpoints } from './audit-checkpoint.service.js';
export { AuditExports, type AuditRange } from './audit-export.service.js';
export { type AuditKeyLocation, FileAuditSigner } from './audit-key.js';
export { type AuditEntry, AuditLog, type AuditQuery } from './audit-log.js';
export { AuditRetention, MINIMUM_RETENTION_DAYS, type Pruning } from './audit-retention.service.js';
export { AuditSigner } from './audit-signer.port.js';
