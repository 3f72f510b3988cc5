import { Module } from '@nestjs/common';
import { AccessModule } from '@rollcall/access';
import { AuditModule } from '@rollcall/audit';
import { ChecksModule } from '@rollcall/checks';
import { ConsumersModule } from '@rollcall/consumers';
import { EvidenceModule } from '@rollcall/evidence';
import { QualityModule } from '@rollcall/quality';
import { RegistryModule } from '@rollcall/registry';
import { UsageModule } from '@rollcall/usage';
import { ActivationCollector } from './activation.collector.js';
import { ApprovalRecords } from './approval.records.prisma.js';
import { ApprovalService } from './approval.service.js';
import { BreakGlassRecords } from './break-glass.records.prisma.js';
import { BreakGlassService } from './break-glass.service.js';
import { ConsumerImpactCollector } from './consumer-impact.collector.js';
import { EvidenceCollector } from './evidence.collector.js';
import { HoldService } from './hold.service.js';
import { LatestVersion } from './latest-version.prisma.js';
import { ProvenCollector } from './proven.collector.js';
import { RetirementCollector } from './retirement.collector.js';
import { ReviewCollector } from './review.collector.js';
import { StatusRecords } from './status.records.prisma.js';
import { StatusService } from './status.service.js';
import { SunsetService } from './sunset.service.js';
import { SurfaceReadModel } from './surface.read-model.prisma.js';
import { TransitionRecords } from './transition.records.prisma.js';
import { TransitionService } from './transition.service.js';

/** How versions move. Needs the global InspectionsModule, PersistenceModule and RuntimeModule. */
@Module({
  imports: [
    AccessModule,
    AuditModule,
    ChecksModule,
    ConsumersModule,
    EvidenceModule,
    QualityModule,
    RegistryModule,
    UsageModule,
  ],
  providers: [
    ApprovalRecords,
    ApprovalService,
    BreakGlassRecords,
    BreakGlassService,
    ActivationCollector,
    ConsumerImpactCollector,
    ProvenCollector,
    RetirementCollector,
    ReviewCollector,
    SurfaceReadModel,
    EvidenceCollector,
    HoldService,
    LatestVersion,
    StatusRecords,
    StatusService,
    SunsetService,
    TransitionRecords,
    TransitionService,
  ],
  exports: [
    ApprovalService,
    BreakGlassService,
    SurfaceReadModel,
    HoldService,
    StatusService,
    SunsetService,
    TransitionService,
  ],
})
export class TransitionsModule {}
