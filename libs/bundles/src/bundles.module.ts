import { type DynamicModule, Module } from '@nestjs/common';
import { AccessModule } from '@rollcall/access';
import { AuditModule } from '@rollcall/audit';
import { BundlePublisher } from './bundle.publisher.js';
import { BundleStore } from './bundle.store.prisma.js';
import { BundleHeads } from './bundle-heads.js';
import { PolicyInputReadModel } from './policy-input.read-model.prisma.js';
import { SigningKeyLocation } from './signing-keys.js';
import { TrustService } from './trust.service.js';

const SERVICES = [BundleHeads, BundlePublisher, BundleStore, TrustService];

/** Compiles, signs and serves policy. Only the process that holds the signing keys imports it. */
@Module({})
export class BundlesModule {
  static forRoot(keys: SigningKeyLocation): DynamicModule {
    return {
      module: BundlesModule,
      global: true,
      imports: [AccessModule, AuditModule],
      providers: [{ provide: SigningKeyLocation, useValue: keys }, PolicyInputReadModel, ...SERVICES],
      exports: SERVICES,
    };
  }
}
