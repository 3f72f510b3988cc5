import { type DynamicModule, Module } from '@nestjs/common';
import { AccessModule } from '@rollcall/access';
import { AuditCheckpoints } from './audit-checkpoint.service.js';
import { AuditExports } from './audit-export.service.js';
import { AuditLog } from './audit-log.js';
import { AuditRetention } from './audit-retention.service.js';
import { AuditSigner } from './audit-signer.port.js';

/** The append-only log. Needs the global PersistenceModule. */
@Module({ providers: [AuditLog], exports: [AuditLog] })
export class AuditModule {}

const SERVICES = [AuditCheckpoints, AuditExports, AuditRetention];

/** Checkpoints, exports and pruning. Only the process that holds the audit key imports it. */
@Module({})
export class AuditProofModule {
  static forRoot(signer: AuditSigner): DynamicModule {
    return {
      module: AuditProofModule,
      imports: [AccessModule, AuditModule],
      providers: [{ provide: AuditSigner, useValue: signer }, ...SERVICES],
      exports: SERVICES,
    };
  }
}
