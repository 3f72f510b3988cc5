import { Module } from '@nestjs/common';
import { AuditModule } from '@rollcall/audit';
import { RegistryModule } from '@rollcall/registry';
import { CheckRecords } from './check.records.prisma.js';
import { CheckService } from './check.service.js';

/** Checks. Needs the global InspectionsModule, PersistenceModule and RuntimeModule. */
@Module({
  imports: [RegistryModule, AuditModule],
  providers: [CheckRecords, CheckService],
  exports: [CheckRecords, CheckService],
})
export class ChecksModule {}
