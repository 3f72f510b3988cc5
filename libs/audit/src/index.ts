export { AuditModule } from './audit.module.js';
export { type AuditEntry, AuditLog } from './audit-log.js';
