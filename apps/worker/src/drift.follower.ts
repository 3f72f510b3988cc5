import { Injectable } from '@nestjs/common';
import { INSPECTION_FINISHED } from '@rollcall/inspections';
import { JobQueue } from '@rollcall/jobs';
import { type OutboxEvent, PrismaService } from '@rollcall/persistence';
import { ENDPOINT_CONTRACT_OBSERVED } from '@rollcall/probes';

type Seen = { versionId: string; environmentId: string | null; digest: string; source: 'probe' | 'inspection' };

/** Has every contract that is seen compared with the one that was approved. */
@Injectable()
export class DriftFollower {
  constructor(
    private readonly queue: JobQueue,
    private readonly prisma: PrismaService,
  ) {}

  /** Adds one job per event, whose id it takes: a second delivery adds nothing. */
  async follow(event: OutboxEvent): Promise<void> {
    const seen = event.topic === INSPECTION_FINISHED ? await this.inspected(event) : observed(event);
    if (seen)
      await this.queue.add(
        'drift',
        'drift.observe',
        { organizationId: event.organizationId, ...seen },
        { jobId: event.id },
      );
  }

  private async inspected({ payload }: OutboxEvent): Promise<Seen | null> {
    const row = await this.prisma.inspection.findUnique({
      where: { id: String(payload['inspectionId']) },
      select: { versionId: true, environmentId: true, contractDigest: true },
    });
    if (!row?.contractDigest) return null;
    return {
      versionId: row.versionId,
      environmentId: row.environmentId,
      digest: row.contractDigest,
      source: 'inspection',
    };
  }
}

function observed({ topic, payload }: OutboxEvent): Seen | null {
  const { versionId, environmentId, digest } = payload;
  if (topic !== ENDPOINT_CONTRACT_OBSERVED || typeof versionId !== 'string' || typeof digest !== 'string') return null;
  return {
    versionId,
    environmentId: typeof environmentId === 'string' ? environmentId : null,
    digest,
    source: 'probe',
  };
}
