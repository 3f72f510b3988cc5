import { Module } from '@nestjs/common';
import { AccessModule } from '@rollcall/access';
import { AuditModule } from '@rollcall/audit';
import { ContractStore } from './contract.store.prisma.js';
import { PublishService } from './publish.service.js';
import { RegistryService } from './registry.service.js';
import { ServerCatalog } from './server-catalog.read-model.prisma.js';

const PROVIDERS = [ContractStore, PublishService, RegistryService, ServerCatalog];

/** Servers, versions, namespaces, endpoints and contracts. Needs the global PersistenceModule. */
@Module({ imports: [AccessModule, AuditModule], providers: PROVIDERS, exports: PROVIDERS })
export class RegistryModule {}
