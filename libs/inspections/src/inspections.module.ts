import { type DynamicModule, Module } from '@nestjs/common';
import { AuditModule } from '@rollcall/audit';
import { RegistryModule } from '@rollcall/registry';
import { InspectionMessages } from './inspection.messages.js';
import { InspectionService } from './inspection.service.js';
import { InspectionPolicy } from './inspection-target.js';
import { InspectionReadModel } from './inspections.read-model.prisma.js';

/** Inspections under the given policy; a process that only requests them passes one that allows nothing. */
@Module({})
export class InspectionsModule {
  static forRoot(policy: InspectionPolicy): DynamicModule {
    return {
      module: InspectionsModule,
      global: true,
      imports: [RegistryModule, AuditModule],
      providers: [
        { provide: InspectionPolicy, useValue: policy },
        InspectionMessages,
        InspectionService,
        InspectionReadModel,
      ],
      exports: [InspectionService, InspectionReadModel],
    };
  }
}
