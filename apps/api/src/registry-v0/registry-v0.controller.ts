import { Controller, Get, Param, Query, Req } from '@nestjs/common';
import { unauthenticated } from '@rollcall/access';
import { notFound, Refusal } from '@rollcall/kernel';
import type { FastifyRequest } from 'fastify';
import { RequestContexts } from '../http/request-contexts.js';
import { RegistryV0ReadModel } from './registry-v0.read-model.prisma.js';

const DEFAULT_LIMIT = 30;
const MAX_LIMIT = 100;

/** The reads of the MCP Registry API v0.1, for callers with a token; `/v0` is an alias. */
@Controller(['v0.1', 'v0'])
export class RegistryV0Controller {
  constructor(
    private readonly contexts: RequestContexts,
    private readonly reads: RegistryV0ReadModel,
  ) {}

  @Get('health')
  health() {
    return { status: 'ok' };
  }

  @Get('ping')
  ping() {
    return { pong: true };
  }

  @Get('servers')
  async servers(@Req() request: FastifyRequest, @Query() query: Record<string, string | undefined>) {
    const ctx = await this.caller(request);
    const limit = limitOf(query['limit']);
    const { items, next } = await this.reads.page(ctx, {
      limit,
      cursor: query['cursor'],
      search: query['search'],
      version: query['version'],
      includeDeleted: query['include_deleted'] === 'true',
    });
    return { servers: items, metadata: { count: items.length, ...(next ? { nextCursor: next } : {}) } };
  }

  @Get('servers/:name/versions')
  async versions(@Req() request: FastifyRequest, @Param('name') name: string) {
    const items = await this.reads.ofServer(await this.caller(request), name);
    if (items.length === 0) throw notFound('server', name);
    return { servers: items, metadata: { count: items.length } };
  }

  @Get('servers/:name/versions/:version')
  async version(@Req() request: FastifyRequest, @Param('name') name: string, @Param('version') version: string) {
    const items = await this.reads.ofServer(await this.caller(request), name);
    const found = items.find(({ server, _meta }) =>
      version === 'latest'
        ? _meta['io.modelcontextprotocol.registry/official'].isLatest
        : server['version'] === version,
    );
    if (!found) throw notFound('version', `${name}@${version}`);
    return found;
  }

  private async caller(request: FastifyRequest) {
    const ctx = await this.contexts.of(request);
    if (!ctx) throw unauthenticated();
    return ctx;
  }
}

function limitOf(text: string | undefined): number {
  const limit = text === undefined ? DEFAULT_LIMIT : Number(text);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    throw new Refusal({
      code: 'BAD_REQUEST',
      message: `limit must be a whole number from 1 to ${MAX_LIMIT}.`,
      nextStep: 'Correct the parameter.',
      path: ['limit'],
    });
  }
  return limit;
}
