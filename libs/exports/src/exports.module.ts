import { Module } from '@nestjs/common';
import { AccessModule } from '@rollcall/access';
import { RegistryModule } from '@rollcall/registry';
import { ApprovedSetReadModel } from './approved-set.read-model.prisma.js';
import { ExportService } from './export.service.js';
import { MirroredSetReadModel } from './mirrored-set.read-model.prisma.js';

/** What is approved, in the formats of other programs. Needs the global PersistenceModule. */
@Module({
  imports: [AccessModule, RegistryModule],
  providers: [ApprovedSetReadModel, ExportService, MirroredSetReadModel],
  exports: [ExportService],
})
export class ExportsModule {}
