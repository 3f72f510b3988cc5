import { Body, Controller, Delete, Param, Patch, Post, Put, Req, Res } from '@nestjs/common';
import { isJsonObject, notFound, Refusal } from '@rollcall/kernel';
import { requireServerName } from '@rollcall/registry';
import { StatusService } from '@rollcall/transitions';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CatalogueReadModel } from './catalogue.read-model.prisma.js';
import { RegistryCallers } from './registry-callers.js';
import { MEMBER_PREFIXES } from './registry-paths.js';
import { RegistryPublications } from './registry-publications.service.js';
import { malformedBody, readStatusUpdate } from './status-update.reader.js';

type VersionParams = { name: string; version: string };

/** The writes of the MCP Registry API v0.1. Who calls is asked first, then what may be done, then whether it makes sense. */
@Controller(MEMBER_PREFIXES)
export class RegistryWritesController {
  constructor(
    private readonly callers: RegistryCallers,
    private readonly publications: RegistryPublications,
    private readonly statuses: StatusService,
    private readonly catalogue: CatalogueReadModel,
  ) {}

  @Post('publish')
  async publish(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Body() manifest: unknown) {
    const ctx = await this.callers.writer(request);
    if (!isJsonObject(manifest)) throw malformedBody('body', 'The body must be a server.json object.');
    const item = await this.publications.publish(ctx, manifest);
    reply.status(200).type('application/json').send(item);
  }

  @Patch('servers/:name/versions/:version/status')
  async setStatus(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param() { name, version }: VersionParams,
    @Body() body: unknown,
  ) {
    const ctx = await this.callers.writer(request);
    requireServerName(ctx, name);
    await this.statuses.set(ctx, { server: name, version }, readStatusUpdate(body));
    const reader = await this.callers.readerOf(ctx);
    const item = await this.catalogue.version(reader, { name, version }, true);
    if (item === null) throw notFound('version', `${name}@${version}`);
    reply.status(200).type('application/json').send(item);
  }

  @Patch('servers/:name/status')
  async setAllStatuses(
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param('name') name: string,
    @Body() body: unknown,
  ) {
    const ctx = await this.callers.writer(request);
    requireServerName(ctx, name);
    const { updated } = await this.statuses.setAll(ctx, name, readStatusUpdate(body));
    const items = await this.catalogue.items(await this.callers.readerOf(ctx), name, true);
    const text = `{"updatedCount":${updated},"servers":[${items.join(',')}]}`;
    reply.status(200).type('application/json').send(text);
  }

  @Put('servers/:name/versions/:version')
  async replace(@Req() request: FastifyRequest): Promise<never> {
    await this.callers.writer(request);
    throw notSupported('A published version never changes here, so it cannot be replaced.', 'Publish a new version.');
  }

  @Delete('servers/:name/versions/:version')
  async remove(@Req() request: FastifyRequest): Promise<never> {
    await this.callers.writer(request);
    throw notSupported(
      'A published version is never removed here, so that its number cannot come back with other content.',
      'Set its status to "deleted" with PATCH .../versions/{version}/status.',
    );
  }
}

function notSupported(message: string, nextStep: string): Refusal {
  return new Refusal({ code: 'NOT_SUPPORTED', message, nextStep });
}
