import { Module } from '@nestjs/common';
import { AccessModule } from '@rollcall/access';
import { AuditModule } from '@rollcall/audit';
import { RegistryModule } from '@rollcall/registry';
import { TransitionsModule } from '@rollcall/transitions';
import { FleetReadModel } from './fleet.read-model.prisma.js';
import { PolicyService } from './policy.service.js';
import { PolicyDryRun } from './policy-dry-run.service.js';
import { RenameService } from './rename.service.js';
import { TransferRecords } from './transfer.records.prisma.js';
import { TransferService } from './transfer.service.js';

/** Policy document, owners and names. Needs the global InspectionsModule, PersistenceModule and RuntimeModule. */
@Module({
  imports: [AccessModule, AuditModule, RegistryModule, TransitionsModule],
  providers: [FleetReadModel, PolicyDryRun, PolicyService, RenameService, TransferRecords, TransferService],
  exports: [PolicyDryRun, PolicyService, RenameService, TransferService],
})
export class GovernanceModule {}
