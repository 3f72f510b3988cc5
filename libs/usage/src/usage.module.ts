import { Module } from '@nestjs/common';
import { AccessModule } from '@rollcall/access';
import { CallersReadModel } from './callers.read-model.prisma.js';
import { UsageService } from './usage.service.js';
import { UsageShapeRecords } from './usage-shape.records.prisma.js';

/** What gateways saw being called. Needs the global PersistenceModule. */
@Module({
  imports: [AccessModule],
  providers: [UsageService, UsageShapeRecords, CallersReadModel],
  exports: [UsageService, CallersReadModel],
})
export class UsageModule {}
