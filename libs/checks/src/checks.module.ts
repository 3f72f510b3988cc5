import { Module } from '@nestjs/common';
import { AccessModule } from '@rollcall/access';
import { AuditModule } from '@rollcall/audit';
import { ConsumersModule } from '@rollcall/consumers';
import { QualityModule } from '@rollcall/quality';
import { RegistryModule } from '@rollcall/registry';
import { ApprovalRecords } from './approval.records.prisma.js';
import { ChangeApprovalService } from './change-approval.service.js';
import { ChangeApprovals } from './change-approvals.read-model.prisma.js';
import { CheckReadModel } from './check.read-model.prisma.js';
import { CheckRecords } from './check.records.prisma.js';
import { CheckService } from './check.service.js';
import { CheckMaterialCollector } from './check-material.collector.js';
import { CheckSubjects } from './check-subjects.service.js';
import { ConclusionRecords } from './conclusion.records.prisma.js';

const OFFERED = [ChangeApprovals, ChangeApprovalService, CheckReadModel, CheckRecords, CheckService];

/** Checks. Needs the global InspectionsModule, PersistenceModule and RuntimeModule. */
@Module({
  imports: [AccessModule, AuditModule, ConsumersModule, QualityModule, RegistryModule],
  providers: [...OFFERED, ApprovalRecords, CheckMaterialCollector, CheckSubjects, ConclusionRecords],
  exports: OFFERED,
})
export class ChecksModule {}
