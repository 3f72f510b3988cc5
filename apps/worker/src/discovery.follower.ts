import { Injectable } from '@nestjs/common';
import { INSPECTION_FINISHED } from '@rollcall/inspections';
import { JobQueue } from '@rollcall/jobs';
import type { OutboxEvent } from '@rollcall/persistence';
import { VERSION_PUBLISHED } from '@rollcall/registry';
import { VERSION_TRANSITIONED } from '@rollcall/transitions';

/** After each of these another contract may be the one that counts for a version. */
const TOPICS = new Set([VERSION_PUBLISHED, INSPECTION_FINISHED, VERSION_TRANSITIONED]);

/** Has the index of tools follow what happens to versions. */
@Injectable()
export class DiscoveryFollower {
  constructor(private readonly queue: JobQueue) {}

  /** Adds one job per event, whose id it takes: a second delivery adds nothing. */
  async follow({ id, topic, organizationId, payload }: OutboxEvent): Promise<void> {
    const { versionId } = payload;
    if (!TOPICS.has(topic) || typeof versionId !== 'string') return;
    await this.queue.add('discovery', 'tools.index', { organizationId, versionId }, { jobId: id });
  }
}
