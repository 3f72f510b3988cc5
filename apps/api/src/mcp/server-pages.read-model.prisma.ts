import { Injectable } from '@nestjs/common';
import { ToolFinder } from '@rollcall/discovery';
import type { RequestContext } from '@rollcall/kernel';
import type { LifecycleState } from '@rollcall/lifecycle';
import { PrismaService } from '@rollcall/persistence';
import { ServerCatalog } from '@rollcall/registry';
import { snippet } from './snippet.js';

/** One server as `/mcp` shows it. */
export type ServerPage = {
  name: string;
  alias: string;
  title: string | null;
  description: string;
  owner: string;
  contact: string | null;
  versions: { version: string; state: LifecycleState; latest: boolean; quarantined: boolean }[];
  speaks: string | null;
  tools: { name: string; description: string | null; readOnly: boolean; destructive: boolean }[];
  moreTools: boolean;
};

const VERSIONS = 20;
const TOOLS = 100;

/** Reads one server with its newest versions and the tools of the version that speaks for it. */
@Injectable()
export class ServerPages {
  constructor(
    private readonly prisma: PrismaService,
    private readonly catalog: ServerCatalog,
    private readonly tools: ToolFinder,
  ) {}

  /** NOT_FOUND when the caller may not see it. */
  async page(ctx: RequestContext, name: string): Promise<ServerPage> {
    const server = await this.catalog.server(ctx, { byName: name });
    const { organizationId } = ctx;
    const [team, versions, tools, speaks] = await Promise.all([
      this.prisma.team.findFirst({ where: { organizationId, id: server.teamId }, select: { name: true } }),
      this.prisma.serverVersion.findMany({
        where: { organizationId, serverId: server.id },
        select: { version: true, state: true, isLatest: true, quarantineReason: true },
        orderBy: [{ publishedAt: 'desc' }, { id: 'desc' }],
        take: VERSIONS,
      }),
      this.tools.page(ctx, { server: server.name, first: TOOLS }),
      this.tools.speaking(ctx, server.name),
    ]);
    return {
      name: server.name,
      alias: server.alias,
      title: server.title,
      description: server.description,
      owner: team?.name ?? '',
      contact: server.contact,
      versions: versions.map((one) => ({
        version: one.version,
        state: one.state as LifecycleState,
        latest: one.isLatest,
        quarantined: one.quarantineReason !== null,
      })),
      speaks,
      tools: tools.items.map(({ name: tool, description, readOnly, destructive }) => {
        return { name: tool, description: snippet(description), readOnly, destructive };
      }),
      moreTools: tools.hasNext,
    };
  }
}
