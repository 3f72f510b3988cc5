import { Injectable } from '@nestjs/common';
import { AuditLog } from '@rollcall/audit';
import { notFound, type RequestContext } from '@rollcall/kernel';
import { Outbox, PrismaService, TransactionRunner } from '@rollcall/persistence';
import { ServerCatalog } from '@rollcall/registry';
import { ProbeScheduleRecords } from './probe-schedule.records.prisma.js';
import { endpointNotProbed } from './probes.errors.js';
import { ENDPOINT_PROBE_REQUESTED } from './probes.events.js';

/** Probes somebody asks for. */
@Injectable()
export class ProbeService {
  constructor(
    private readonly prisma: PrismaService,
    private readonly transactions: TransactionRunner,
    private readonly catalog: ServerCatalog,
    private readonly schedule: ProbeScheduleRecords,
    private readonly audit: AuditLog,
    private readonly outbox: Outbox,
  ) {}

  /**
   * Has an endpoint probed as soon as a worker is free, and gives it back. One whose probe is under way, or ended less
   * than five seconds ago, is left as it is.
   */
  async probeNow(ctx: RequestContext, endpointId: string) {
    const { organizationId } = ctx;
    const endpoint = await this.prisma.endpoint.findFirst({ where: { id: endpointId, organizationId } });
    if (!endpoint || !(await this.catalog.sees(ctx, endpoint.versionId))) throw notFound('endpoint', endpointId);
    const version = await this.catalog.version(ctx, { byId: endpoint.versionId }, 'endpoint.probe');
    return this.transactions.run(async (tx) => {
      if (!(await this.schedule.advance(tx, endpointId, ctx.clock.now()))) throw endpointNotProbed();
      await this.audit.append(tx, ctx, {
        action: 'endpoint.probe',
        subject: `version:${version.server.name}@${version.version}`,
        data: { endpoint: endpointId },
      });
      const payload = { endpointId, versionId: version.id };
      await this.outbox.append(tx, { organizationId, topic: ENDPOINT_PROBE_REQUESTED, payload });
      return endpoint;
    });
  }
}
