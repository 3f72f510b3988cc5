import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { decodeCursor, encodeCursor, notFound } from '@rollcall/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { badParameter, one, type RawQuery, readLimit } from './catalogue-query.js';
import { LifecycleViewReadModel } from './lifecycle-view.read-model.prisma.js';
import { RegistryCallers } from './registry-callers.js';
import { MEMBER_PREFIXES } from './registry-paths.js';
import { sendText } from './registry-replies.js';

/** Our extension of the registry API: what upstream's shape has no place for. */
@Controller(MEMBER_PREFIXES.map((prefix) => `${prefix}/x/dev.rollcall`))
export class RegistryExtensionController {
  constructor(
    private readonly callers: RegistryCallers,
    private readonly views: LifecycleViewReadModel,
  ) {}

  @Get('servers')
  async servers(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Query() query: RawQuery) {
    const reader = await this.callers.reader(request);
    const page = { limit: readLimit(query), after: cursorOf(query) ?? '' };
    const { items, next } = await this.views.servers(reader, page);
    sendText(request, reply, JSON.stringify({ servers: items, metadata: metadataOf(items, next) }));
  }

  @Get('servers/:name')
  async server(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('name') name: string,
    @Query() query: RawQuery,
  ) {
    const reader = await this.callers.reader(request);
    const found = await this.views.server(reader, name, { limit: readLimit(query), before: cursorOf(query) });
    if (!found) throw notFound('server', name);
    const { server, versions } = found;
    const answer = { server, versions: versions.items, metadata: metadataOf(versions.items, versions.next) };
    sendText(request, reply, JSON.stringify(answer));
  }
}

const metadataOf = (items: readonly unknown[], next: string | null) => ({
  ...(next === null ? {} : { nextCursor: encodeCursor([next]) }),
  count: items.length,
});

function cursorOf(query: RawQuery): string | null {
  const cursor = one(query, 'cursor');
  if (cursor === undefined) return null;
  const key = decodeCursor(cursor, 1);
  const [position] = key.ok ? key.value : [];
  if (position === undefined || /[\0\p{Cs}]/u.test(position)) {
    throw badParameter('cursor', 'The cursor is not one that this list gave out.', 'Start again without it.');
  }
  return position;
}
