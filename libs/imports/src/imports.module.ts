import { Module } from '@nestjs/common';
import { AuditModule } from '@rollcall/audit';
import { ChecksModule } from '@rollcall/checks';
import { RegistryModule } from '@rollcall/registry';
import { ImportService } from './import.service.js';

/** Drafts made from descriptions of other kinds. Needs the global InspectionsModule, PersistenceModule and RuntimeModule. */
@Module({ imports: [AuditModule, ChecksModule, RegistryModule], providers: [ImportService], exports: [ImportService] })
export class ImportsModule {}
