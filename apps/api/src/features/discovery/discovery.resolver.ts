import { Args, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import {
  type FoundServer,
  type FoundTool,
  type ServerFilter,
  ServerFinder,
  type ToolFilter,
  ToolFinder,
} from '@rollcall/discovery';
import { Refusal, type RequestContext } from '@rollcall/kernel';
import { Ctx, Loaders } from '../../graphql/graphql-context.js';
import type { RequestLoaders } from '../../graphql/request-loaders.js';

type ServerWhere = ServerFilter & { search?: string | null };
type ServerPage = { where: ServerWhere };
type ToolPage = { where: ToolFilter };

/** Longer than usage is kept. */
const MAX_UNUSED_DAYS = 400;

@Resolver('ServerConnection')
export class ServerDiscoveryResolver {
  constructor(private readonly servers: ServerFinder) {}

  @Query('servers')
  async page(
    @Ctx() ctx: RequestContext,
    @Args('first') first: number,
    @Args('after') after?: string,
    @Args('where') where?: ServerWhere,
  ) {
    const filter = checked(where ?? {});
    const found = await this.servers.page(ctx, { ...filter, first, after: after ?? null });
    return { edges: found.items.map(serverEdge), pageInfo: pageInfo(found), where: filter };
  }

  @ResolveField('totalCount')
  totalCount(@Ctx() ctx: RequestContext, @Parent() { where }: ServerPage) {
    return this.servers.count(ctx, where);
  }
}

@Resolver('ToolConnection')
export class ToolDiscoveryResolver {
  constructor(private readonly finder: ToolFinder) {}

  @Query('tools')
  async page(
    @Ctx() ctx: RequestContext,
    @Args('first') first: number,
    @Args('after') after?: string,
    @Args('where') where?: ToolFilter,
  ) {
    const found = await this.finder.page(ctx, { ...where, first, after: after ?? null });
    const edges = found.items.map((node) => ({ cursor: node.cursor, rank: node.rank, node }));
    return { edges, pageInfo: pageInfo(found), where: where ?? {} };
  }

  @ResolveField('totalCount')
  totalCount(@Ctx() ctx: RequestContext, @Parent() { where }: ToolPage) {
    return this.finder.count(ctx, where);
  }
}

@Resolver('Tool')
export class ToolFieldsResolver {
  @ResolveField('server')
  server(@Parent() tool: FoundTool, @Loaders() loaders: RequestLoaders) {
    return loaders.server.load(tool.serverId);
  }

  @ResolveField('version')
  version(@Parent() tool: FoundTool, @Loaders() loaders: RequestLoaders) {
    return loaders.version.load(tool.versionId);
  }
}

/** What a row of the catalogue shows besides the server itself: one batch for the whole page. */
@Resolver('Server')
export class ServerFactsResolver {
  @ResolveField('toolCount')
  async toolCount(@Parent() server: { id: string }, @Loaders() loaders: RequestLoaders) {
    const facts = await loaders.serverFacts.load(server.id);
    return facts?.known ? facts.tools : null;
  }

  @ResolveField('risk')
  risk(@Parent() server: { id: string }, @Loaders() loaders: RequestLoaders) {
    return loaders.serverFacts.load(server.id);
  }

  @ResolveField('protocol')
  async protocol(@Parent() server: { id: string }, @Loaders() loaders: RequestLoaders) {
    const facts = await loaders.serverFacts.load(server.id);
    return facts?.era ? { era: facts.era, version: facts.protocolVersion } : null;
  }

  @ResolveField('dailyCalls')
  dailyCalls(@Parent() server: { id: string }, @Loaders() loaders: RequestLoaders) {
    return loaders.dailyCalls.load(server.id);
  }
}

function serverEdge({ server, cursor, rank, matched }: FoundServer) {
  return { cursor, node: server, rank, matched };
}

function pageInfo({ items, hasNext }: { items: readonly { cursor: string }[]; hasNext: boolean }) {
  return { hasNextPage: hasNext, endCursor: items.at(-1)?.cursor ?? null };
}

function checked(where: ServerWhere): ServerWhere {
  const days = where.unusedForDays ?? 1;
  if (days < 1 || days > MAX_UNUSED_DAYS) {
    throw new Refusal({
      code: 'BAD_REQUEST',
      message: `unusedForDays must be a whole number from 1 to ${MAX_UNUSED_DAYS}.`,
      nextStep: 'Correct the filter.',
      path: ['where', 'unusedForDays'],
    });
  }
  return where;
}
