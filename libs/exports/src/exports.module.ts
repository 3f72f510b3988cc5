import { Module } from '@nestjs/common';
import { AccessModule } from '@rollcall/access';
import { RegistryModule } from '@rollcall/registry';
import { ApprovedSetReadModel } from './approved-set.read-model.prisma.js';
import { ExportService } from './export.service.js';

/** What is approved, in the formats of other programs. Needs the global PersistenceModule. */
@Module({
  imports: [AccessModule, RegistryModule],
  providers: [ApprovedSetReadModel, ExportService],
  exports: [ApprovedSetReadModel, ExportService],
})
export class ExportsModule {}
