import 'reflect-metadata';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AccessModule, RuntimeModule } from '@rollcall/access';
import { AgentsModule } from '@rollcall/agents';
import { AuditModule, AuditProofModule, FileAuditSigner } from '@rollcall/audit';
import { BundlesModule, SigningKeyLocation } from '@rollcall/bundles';
import { ChecksModule } from '@rollcall/checks';
import { ConsumersModule } from '@rollcall/consumers';
import { DiscoveryModule } from '@rollcall/discovery';
import { DriftModule } from '@rollcall/drift';
import { ConformanceKitLocation, EvidenceModule, EvidenceRunnersModule } from '@rollcall/evidence';
import { GatewaysModule } from '@rollcall/gateways';
import { GovernanceModule } from '@rollcall/governance';
import { IdentityModule } from '@rollcall/identity';
import { InspectionPolicy, InspectionsModule, type Launcher } from '@rollcall/inspections';
import { type FixedClock, fixedClock } from '@rollcall/kernel';
import { MirrorPolicy, MirrorsModule } from '@rollcall/mirrors';
import { NotificationSettings, NotificationsModule } from '@rollcall/notifications';
import { PersistenceModule, PrismaService } from '@rollcall/persistence';
import { ProberModule, ProberSettings, ProbesModule } from '@rollcall/probes';
import { ProofNetwork, ProofsModule, type ProofsOptions, TokenKeyLocation } from '@rollcall/proofs';
import { QualityModule } from '@rollcall/quality';
import { RegistryModule } from '@rollcall/registry';
import { TransitionsModule } from '@rollcall/transitions';
import { UsageModule } from '@rollcall/usage';
import { testDatabase } from '../database/index.js';

/** When every test world begins. */
export const NOON = '2026-11-20T12:00:00.000Z';

/** Every feature of the product in one process, on a database and keys of its own, without HTTP and queues. */
export type ControlPlane = {
  url: string;
  keysDir: string;
  clock: FixedClock;
  prisma: PrismaService;
  get<T>(token: Type<T> | (abstract new (...args: never[]) => T)): T;
  close(): Promise<void>;
};

/** What one control plane has that another has not. */
export type ControlPlaneOptions = {
  inspectionTimeoutMs?: number;
  launchers?: Record<string, Launcher>;
  keysPassphrase?: string;
  proofs?: Partial<ProofsOptions>;
  webhookTimeoutMs?: number;
  /** Where the protocol suite is installed; default nowhere. */
  conformanceKitDir?: string;
};

/** Starts one; `close` drops its database and keys. Its clock stands at {@link NOON} until it is moved. */
export async function openControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const database = await testDatabase();
  const keysDir = mkdtempSync(path.join(tmpdir(), 'rollcall-keys-'));
  const clock = fixedClock(NOON);
  const network = { allowPrivate: ['127.0.0.0/8'] };
  const inspections = new InspectionPolicy(network, options.launchers ?? {}, options.inspectionTimeoutMs);

  @Module({
    imports: [
      PersistenceModule.forRoot({ url: database.url, clock }),
      RuntimeModule.forRoot(clock),
      InspectionsModule.forRoot(inspections),
      EvidenceRunnersModule.forRoot(inspections, new ConformanceKitLocation(options.conformanceKitDir ?? null)),
      BundlesModule.forRoot(new SigningKeyLocation(keysDir, options.keysPassphrase)),
      AuditProofModule.forRoot(new FileAuditSigner({ dir: keysDir, passphrase: options.keysPassphrase })),
      NotificationsModule.forRoot(
        new NotificationSettings({
          secretsKeyFile: path.join(keysDir, 'secrets.key'),
          publicUrl: 'https://rollcall.example.com',
          allowPrivate: network.allowPrivate,
          timeoutMs: options.webhookTimeoutMs ?? 2_000,
        }),
      ),
      IdentityModule.forRoot(network),
      ProofsModule.forRoot({
        network: new ProofNetwork({ policy: network, dnsServers: [] }),
        tokenKey: new TokenKeyLocation(keysDir, options.keysPassphrase),
        ...options.proofs,
      }),
      MirrorsModule.forRoot(new MirrorPolicy(network, 2_000)),
      ProberModule.forRoot(
        new ProberSettings(new InspectionPolicy(network, options.launchers ?? {}, options.inspectionTimeoutMs), 2_000),
      ),
      ProbesModule,
      AccessModule,
      AgentsModule,
      AuditModule,
      ChecksModule,
      ConsumersModule,
      DiscoveryModule,
      DriftModule,
      EvidenceModule,
      GatewaysModule,
      GovernanceModule,
      QualityModule,
      RegistryModule,
      TransitionsModule,
      UsageModule,
    ],
  })
  class ControlPlaneModule {}

  const app = await NestFactory.createApplicationContext(ControlPlaneModule, { logger: false, abortOnError: false });
  return {
    url: database.url,
    keysDir,
    clock,
    prisma: app.get(PrismaService),
    get: (token) => app.get(token, { strict: false }),
    close: async () => {
      await app.close();
      await database.close();
      rmSync(keysDir, { recursive: true, force: true });
    },
  };
}
