import { type DynamicModule, Module } from '@nestjs/common';
import { AccessModule } from '@rollcall/access';
import { AuditModule } from '@rollcall/audit';
import { PackageOwnership, RegistryModule } from '@rollcall/registry';
import { AccountExchange, ExchangeOffers } from './account-exchange.service.js';
import { DomainExchange } from './domain-exchange.service.js';
import { ExchangeRecords } from './exchange.records.prisma.js';
import { FederatedExchange } from './federated-exchange.service.js';
import { NamespaceProofs } from './namespace-proof.service.js';
import { PackageProofs } from './packages/package-proofs.service.js';
import { PackageRegistries } from './packages/package-registries.file.js';
import { ProofAccountRecords } from './proof-account.records.prisma.js';
import { ProofNetwork } from './proof-network.js';
import { PublishedTexts } from './published-texts.adapter.js';
import { RegistryTokens } from './registry-tokens.service.js';
import { TokenKeyLocation } from './token-key.file.js';

/** What a process that verifies proofs is given. */
export type ProofsOptions = {
  network: ProofNetwork;
  tokenKey: TokenKeyLocation;
  offers?: ExchangeOffers;
  registries?: PackageRegistries;
  /** Modules that provide {@link FederatedIdentity}. */
  imports?: NonNullable<DynamicModule['imports']>;
};

/** Proofs of namespaces and packages, and the registry tokens they are exchanged for. Global; needs the PersistenceModule. */
@Module({})
export class ProofsModule {
  static forRoot(options: ProofsOptions): DynamicModule {
    const faces = [AccountExchange, DomainExchange, FederatedExchange, NamespaceProofs, PackageProofs, RegistryTokens];
    return {
      module: ProofsModule,
      global: true,
      imports: [AccessModule, AuditModule, RegistryModule, ...(options.imports ?? [])],
      providers: [
        { provide: ProofNetwork, useValue: options.network },
        { provide: TokenKeyLocation, useValue: options.tokenKey },
        { provide: ExchangeOffers, useValue: options.offers ?? new ExchangeOffers(null, false) },
        { provide: PackageRegistries, useValue: options.registries ?? new PackageRegistries({}) },
        ExchangeRecords,
        ProofAccountRecords,
        PublishedTexts,
        { provide: PackageOwnership, useExisting: PackageProofs },
        ...faces,
      ],
      exports: [...faces, PackageOwnership],
    };
  }
}
