import { Module } from '@nestjs/common';
import { AccessModule } from '@rollcall/access';
import { AuditModule } from '@rollcall/audit';
import { CatalogueKeys } from './catalogue-keys.service.js';
import { ContractStore } from './contract.store.prisma.js';
import { PublicationRecords } from './publication.records.prisma.js';
import { PublishService } from './publish.service.js';
import { RegistryService } from './registry.service.js';
import { RemoteAddresses } from './remote-addresses.prisma.js';
import { ServerCatalog } from './server-catalog.read-model.prisma.js';

const PROVIDERS = [
  CatalogueKeys,
  ContractStore,
  PublicationRecords,
  PublishService,
  RegistryService,
  RemoteAddresses,
  ServerCatalog,
];

/** Servers, versions, namespaces, endpoints and contracts. Needs the global PersistenceModule. */
@Module({ imports: [AccessModule, AuditModule], providers: PROVIDERS, exports: PROVIDERS })
export class RegistryModule {}
