import { Injectable } from '@nestjs/common';
import { AccessService } from '@rollcall/access';
import { notFound, type RequestContext } from '@rollcall/kernel';
import {
  type ApprovedServer,
  backstageEntities,
  type ClientAccess,
  type ManagedSettingsResult,
  managedSettings,
  markdownPage,
} from '@rollcall/outputs';
import { stringify } from 'yaml';
import { ApprovedSetReadModel } from './approved-set.read-model.prisma.js';
import { MirroredSetReadModel } from './mirrored-set.read-model.prisma.js';

/** Puts what an organization has approved into the formats of other programs. */
@Injectable()
export class ExportService {
  constructor(
    private readonly access: AccessService,
    private readonly approved: ApprovedSetReadModel,
    private readonly mirrored: MirroredSetReadModel,
  ) {}

  /**
   * Allow and deny lists for MCP clients. Needs `catalogue.export`: a list of what one team sees would lock the others out.
   */
  async managedSettings(ctx: RequestContext, access: ClientAccess): Promise<ManagedSettingsResult> {
    await this.access.authorize(ctx, 'catalogue.export');
    const servers: ApprovedServer[] = [];
    for await (const page of this.all(ctx, { tools: false })) servers.push(...page);
    return managedSettings({ organization: ctx.organizationId, servers }, access);
  }

  /** Backstage entities as a stream of YAML documents, one page of servers at a time. Needs `catalogue.export`. */
  async backstage(ctx: RequestContext, links: { consoleUrl: string | null }): Promise<AsyncGenerator<string>> {
    await this.access.authorize(ctx, 'catalogue.export');
    return this.entities(ctx, links);
  }

  /** The catalogue page of one server as Markdown, or NOT_FOUND. */
  async page(ctx: RequestContext, name: string): Promise<string> {
    const server = await this.approved.server(ctx, name);
    if (!server) throw notFound('server', name);
    return markdownPage(server);
  }

  /** What the registry API lists: our own servers, then those of mirrors. Needs `catalogue.export`. */
  async *all(ctx: RequestContext, options: { tools: boolean }): AsyncGenerator<ApprovedServer[]> {
    await this.access.authorize(ctx, 'catalogue.export');
    yield* this.approved.pages(ctx, options);
    yield* this.mirrored.pages(ctx);
  }

  private async *entities(ctx: RequestContext, links: { consoleUrl: string | null }): AsyncGenerator<string> {
    const groups = new Set<string>();
    for await (const servers of this.all(ctx, { tools: true })) {
      for (const entity of backstageEntities({ organization: ctx.organizationId, servers }, links)) {
        const name = (entity['metadata'] as { name: string }).name;
        // an owner of servers on several pages is written once
        if (entity['kind'] === 'Group' && (groups.has(name) || !groups.add(name))) continue;
        yield `---\n${stringify(entity, { aliasDuplicateObjects: false })}`;
      }
    }
  }
}
