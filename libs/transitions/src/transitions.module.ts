import { Module } from '@nestjs/common';
import { AccessModule } from '@rollcall/access';
import { AuditModule } from '@rollcall/audit';
import { ChecksModule } from '@rollcall/checks';
import { RegistryModule } from '@rollcall/registry';
import { UsageModule } from '@rollcall/usage';
import { EvidenceCollector } from './evidence.collector.js';
import { HoldService } from './hold.service.js';
import { TransitionRecords } from './transition.records.prisma.js';
import { TransitionService } from './transition.service.js';

/** How versions move. Needs the global InspectionsModule, PersistenceModule and RuntimeModule. */
@Module({
  imports: [AccessModule, AuditModule, ChecksModule, RegistryModule, UsageModule],
  providers: [EvidenceCollector, HoldService, TransitionRecords, TransitionService],
  exports: [HoldService, TransitionService],
})
export class TransitionsModule {}
