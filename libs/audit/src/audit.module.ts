import { Module } from '@nestjs/common';
import { AuditLog } from './audit-log.js';

/** The append-only log. Needs the global PersistenceModule. */
@Module({ providers: [AuditLog], exports: [AuditLog] })
export class AuditModule {}
