import { Module } from '@nestjs/common';
import { AccessModule } from '@rollcall/access';
import { AuditModule } from '@rollcall/audit';
import { RegistryModule } from '@rollcall/registry';
import { TransitionsModule } from '@rollcall/transitions';
import { DriftReadModel } from './drift.read-model.prisma.js';
import { DriftRecords } from './drift.records.prisma.js';
import { DriftService } from './drift.service.js';
import { DriftDecisions } from './drift-decisions.service.js';

/** What runs against what was approved. Needs the global InspectionsModule, PersistenceModule and RuntimeModule. */
@Module({
  imports: [AccessModule, AuditModule, RegistryModule, TransitionsModule],
  providers: [DriftDecisions, DriftReadModel, DriftRecords, DriftService],
  exports: [DriftDecisions, DriftReadModel, DriftService],
})
export class DriftModule {}
