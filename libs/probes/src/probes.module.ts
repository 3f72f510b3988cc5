import { type DynamicModule, Module } from '@nestjs/common';
import { AccessModule } from '@rollcall/access';
import { AuditModule } from '@rollcall/audit';
import { RegistryModule } from '@rollcall/registry';
import { EndpointHealthReadModel } from './endpoint-health.read-model.prisma.js';
import { ProbeLoop } from './probe.loop.js';
import { ProbeRunner, ProberSettings } from './probe.runner.js';
import { ProbeService } from './probe.service.js';
import { ProbeMetrics } from './probe-metrics.js';
import { ProbePartitions } from './probe-partitions.prisma.js';
import { ProbeReportBuffer } from './probe-report.writer.js';
import { ProbeResultRecords } from './probe-result.records.prisma.js';
import { ProbeRollups } from './probe-rollup.service.js';
import { ProbeScheduleRecords } from './probe-schedule.records.prisma.js';

/** Health of endpoints, for whoever reads it and asks for probes. */
@Module({
  imports: [AccessModule, AuditModule, RegistryModule],
  providers: [EndpointHealthReadModel, ProbeScheduleRecords, ProbeService],
  exports: [EndpointHealthReadModel, ProbeService],
})
export class ProbesModule {}

/** What makes the probes; for the worker. Beginning is said to the {@link ProbeLoop}. */
@Module({})
export class ProberModule {
  static forRoot(settings: ProberSettings): DynamicModule {
    return {
      module: ProberModule,
      imports: [RegistryModule],
      providers: [
        { provide: ProberSettings, useValue: settings },
        ProbeLoop,
        ProbeMetrics,
        ProbePartitions,
        ProbeReportBuffer,
        ProbeResultRecords,
        ProbeRollups,
        ProbeRunner,
        ProbeScheduleRecords,
      ],
      exports: [ProbeLoop, ProbeMetrics, ProbePartitions, ProbeRollups, ProbeScheduleRecords],
    };
  }
}
