import { type DynamicModule, Module } from '@nestjs/common';
import { AccessModule } from '@rollcall/access';
import { AuditModule } from '@rollcall/audit';
import { InspectionPolicy } from '@rollcall/inspections';
import { RegistryModule } from '@rollcall/registry';
import { ConformanceRecords } from './conformance.records.prisma.js';
import { ConformanceRunner } from './conformance.runner.js';
import { ConformanceService } from './conformance.service.js';
import { ConformanceKitLocation } from './conformance-kit.adapter.js';
import { EvidenceReadModel } from './evidence.read-model.prisma.js';
import { GoldenRecords } from './golden.records.prisma.js';
import { GoldenRunner } from './golden.runner.js';
import { GoldenService } from './golden.service.js';
import { GoldenPermissionRecords } from './golden-permission.records.prisma.js';
import { GoldenPermissionService } from './golden-permission.service.js';
import { ObjectiveService } from './objective.service.js';
import { ProvenReadModel } from './proven.read-model.prisma.js';

const PROVIDERS = [
  ConformanceRecords,
  ConformanceService,
  EvidenceReadModel,
  GoldenPermissionRecords,
  GoldenPermissionService,
  GoldenRecords,
  GoldenService,
  ObjectiveService,
  ProvenReadModel,
];

/** What is known of servers and asked for. Needs the global InspectionsModule, PersistenceModule and RuntimeModule. */
@Module({ imports: [AccessModule, AuditModule, RegistryModule], providers: PROVIDERS, exports: PROVIDERS })
export class EvidenceModule {}

/** What finds it out, as far as the policy lets it reach: only in the process that runs the jobs. */
@Module({})
export class EvidenceRunnersModule {
  static forRoot(policy: InspectionPolicy, kit: ConformanceKitLocation): DynamicModule {
    return {
      module: EvidenceRunnersModule,
      imports: [EvidenceModule, RegistryModule],
      providers: [
        { provide: InspectionPolicy, useValue: policy },
        { provide: ConformanceKitLocation, useValue: kit },
        ConformanceRunner,
        GoldenRunner,
      ],
      exports: [ConformanceRunner, GoldenRunner],
    };
  }
}
