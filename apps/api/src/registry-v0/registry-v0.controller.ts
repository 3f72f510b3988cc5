import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { notFound } from '@rollcall/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CatalogueReadModel } from './catalogue.read-model.prisma.js';
import { type RawQuery, readFlag, readPageQuery } from './catalogue-query.js';
import { RegistryCallers } from './registry-callers.js';
import { MEMBER_PREFIXES } from './registry-paths.js';
import { sendText } from './registry-replies.js';

/** The reads of the MCP Registry API v0.1, for callers with a token; `/v0` is an alias. */
@Controller(MEMBER_PREFIXES)
export class RegistryV0Controller {
  constructor(
    private readonly callers: RegistryCallers,
    private readonly catalogue: CatalogueReadModel,
  ) {}

  @Get('servers')
  async servers(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Query() query: RawQuery) {
    const reader = await this.callers.reader(request);
    sendText(request, reply, await this.catalogue.page(reader, readPageQuery(query)));
  }

  @Get('servers/:name/versions')
  async versions(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('name') name: string) {
    const reader = await this.callers.readerOfServer(request, name);
    const deleted = readFlag(request.query as RawQuery, 'include_deleted') ?? false;
    const found = await this.catalogue.versions(reader, name, deleted);
    if (found === null) throw notFound('server', name);
    sendText(request, reply, found);
  }

  @Get('servers/:name/versions/:version')
  async version(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param() ref: { name: string; version: string },
  ) {
    const reader = await this.callers.readerOfServer(request, ref.name);
    const deleted = readFlag(request.query as RawQuery, 'include_deleted') ?? false;
    const found = await this.catalogue.version(reader, ref, deleted);
    if (found === null) throw notFound('version', `${ref.name}@${ref.version}`);
    sendText(request, reply, found);
  }
}
