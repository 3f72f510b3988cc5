import { Injectable } from '@nestjs/common';
import { AccessService, Runtime, teamFilter } from '@rollcall/access';
import { notFound, type RequestContext } from '@rollcall/kernel';
import type { OutboxEvent } from '@rollcall/persistence';
import { ConsumersReadModel } from './consumers.read-model.prisma.js';
import { EventSubjects } from './event-subjects.read-model.prisma.js';
import { noticeOf, occasionOf } from './notice.js';
import { NoticeRecords } from './notice.records.prisma.js';

/** Tells the owners of agents what happens to the versions that their agents use. */
@Injectable()
export class NoticeService {
  constructor(
    private readonly access: AccessService,
    private readonly subjects: EventSubjects,
    private readonly consumers: ConsumersReadModel,
    private readonly records: NoticeRecords,
    private readonly runtime: Runtime,
  ) {}

  /** Writes one notice per consumer when a domain event is a reason to; returns how many are new. */
  async follow(event: OutboxEvent): Promise<number> {
    const occasion = occasionOf(event);
    const version = occasion && (await this.subjects.version(event.organizationId, occasion.versionId));
    if (!version) return 0;
    // restored before anybody was told: an end that is no longer announced is not announced now
    const ending = ['deprecated', 'sunset_approaching', 'sunset_reached'].includes(occasion.kind);
    if (ending && version.sunsetAt === null && version.row.state !== 'deprecated') return 0;
    const now = this.runtime.clock.now();
    const { serverId, version: number } = version.row;
    const subject = { serverId, alias: version.row.server.alias, version: number };
    const consumers = await this.consumers.of(event.organizationId, subject, now);
    const drafts = consumers.map((consumer) => {
      const id = this.runtime.ids.next('ntc');
      return { id, ...noticeOf(id, { occasion, version, consumer }), createdAt: now };
    });
    return this.records.create(event.organizationId, drafts);
  }

  /** A page of the notices of the caller's teams, newest first. */
  async page(ctx: RequestContext, query: NoticeQuery) {
    const scope = teamFilter(await this.access.visibility(ctx, 'notice.read'));
    return this.records.page(ctx.organizationId, scope, query);
  }

  /** Marks a notice as read; the first reader stays the reader. */
  async markRead(ctx: RequestContext, id: string) {
    const notice = await this.records.find(ctx.organizationId, id);
    if (!notice || !(await this.access.can(ctx, 'notice.read', notice.teamId))) throw notFound('notice', id);
    return notice.readAt ? notice : this.records.markRead(ctx, id);
  }
}

/** What a page of notices is filtered by. */
export type NoticeQuery = {
  first: number;
  after?: string | null;
  team?: string | null;
  agent?: string | null;
  kind?: string | null;
  unread?: boolean | null;
};
