import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { notFound } from '@rollcall/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CatalogueReadModel } from './catalogue.read-model.prisma.js';
import { type RawQuery, readFlag, readPageQuery } from './catalogue-query.js';
import { nothingHere, RegistryCallers } from './registry-callers.js';
import { CATALOGUE_PREFIXES } from './registry-paths.js';
import { sendText } from './registry-replies.js';

/** The same reads for clients that cannot send credentials: redacted, under a path that nobody guesses (ADR 0013). */
@Controller(CATALOGUE_PREFIXES)
export class CatalogueController {
  constructor(
    private readonly callers: RegistryCallers,
    private readonly catalogue: CatalogueReadModel,
  ) {}

  @Get('servers')
  async servers(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('key') key: string,
    @Query() query: RawQuery,
  ) {
    const reader = await this.reader(key);
    sendText(request, reply, await this.catalogue.page(reader, readPageQuery(query)), 'shared');
  }

  @Get('servers/:name/versions')
  async versions(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param() { key, name }: { key: string; name: string },
  ) {
    const reader = await this.reader(key);
    const deleted = readFlag(request.query as RawQuery, 'include_deleted') ?? false;
    const found = await this.catalogue.versions(reader, name, deleted);
    if (found === null) throw notFound('server', name);
    sendText(request, reply, found, 'shared');
  }

  @Get('servers/:name/versions/:version')
  async version(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param() { key, ...ref }: { key: string; name: string; version: string },
  ) {
    const reader = await this.reader(key);
    const deleted = readFlag(request.query as RawQuery, 'include_deleted') ?? false;
    const found = await this.catalogue.version(reader, ref, deleted);
    if (found === null) throw notFound('version', `${ref.name}@${ref.version}`);
    sendText(request, reply, found, 'shared');
  }

  @Get('health')
  async health(@Param('key') key: string) {
    await this.reader(key);
    return { status: 'ok' };
  }

  @Get('ping')
  async ping(@Param('key') key: string) {
    await this.reader(key);
    return { pong: true };
  }

  private async reader(key: string) {
    const reader = await this.callers.catalogue(key);
    if (!reader) throw nothingHere();
    return reader;
  }
}
