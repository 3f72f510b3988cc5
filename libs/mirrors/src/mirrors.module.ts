import { type DynamicModule, Module } from '@nestjs/common';
import { AccessModule } from '@rollcall/access';
import { AuditModule } from '@rollcall/audit';
import { MirrorService } from './mirror.service.js';
import { MirrorPolicy, MirrorWalks } from './mirror-walk.runner.js';
import { MirroredVersionRecords } from './mirrored-version.records.prisma.js';

/** Other registries beside our own; a process that only manages them passes a policy that allows nothing private. */
@Module({})
export class MirrorsModule {
  static forRoot(policy: MirrorPolicy): DynamicModule {
    return {
      module: MirrorsModule,
      imports: [AccessModule, AuditModule],
      providers: [{ provide: MirrorPolicy, useValue: policy }, MirroredVersionRecords, MirrorService, MirrorWalks],
      exports: [MirrorService, MirrorWalks],
    };
  }
}
