import { Module } from '@nestjs/common';
import { AccessModule } from '@rollcall/access';
import { AuditModule } from '@rollcall/audit';
import { RegistryModule } from '@rollcall/registry';
import { FleetReadModel } from './fleet.read-model.prisma.js';
import { LintExceptionReadModel } from './lint-exception.read-model.prisma.js';
import { LintExceptionService } from './lint-exception.service.js';
import { QualityService } from './quality.service.js';
import { RuleSetReadModel } from './rule-set.read-model.prisma.js';
import { RuleSetService } from './rule-set.service.js';

/** Rule sets, exceptions and overlap. Needs the global PersistenceModule and RuntimeModule. */
@Module({
  imports: [AccessModule, AuditModule, RegistryModule],
  providers: [
    FleetReadModel,
    LintExceptionReadModel,
    LintExceptionService,
    QualityService,
    RuleSetReadModel,
    RuleSetService,
  ],
  exports: [LintExceptionService, QualityService, RuleSetService],
})
export class QualityModule {}
