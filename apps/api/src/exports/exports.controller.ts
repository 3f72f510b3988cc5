import { Readable } from 'node:stream';
import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { unauthenticated } from '@rollcall/access';
import { ExportService } from '@rollcall/exports';
import { Refusal } from '@rollcall/kernel';
import type { ClientAccess } from '@rollcall/outputs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PUBLIC_ADDRESSES, type PublicAddresses } from '../http/public-addresses.module.js';
import { RequestContexts } from '../http/request-contexts.js';

/** What is approved, in the formats of other programs: `/exports/v1/...`, for callers with a token. */
@Controller('exports/v1')
export class ExportsController {
  constructor(
    private readonly contexts: RequestContexts,
    private readonly exports: ExportService,
    @Inject(PUBLIC_ADDRESSES) private readonly addresses: PublicAddresses,
  ) {}

  /** `managed-settings.json` of MCP clients; `access=gateway` allows the gateway and no server directly. */
  @Get('managed-settings.json')
  async managedSettings(@Req() request: FastifyRequest, @Query('access') access = 'direct') {
    const ctx = await this.caller(request);
    return (await this.exports.managedSettings(ctx, this.access(access))).settings;
  }

  /** Backstage catalogue entities, streamed. */
  @Get('backstage.yaml')
  async backstage(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const ctx = await this.caller(request);
    const entities = await this.exports.backstage(ctx, { consoleUrl: this.addresses.console });
    return reply.type('application/yaml; charset=utf-8').send(Readable.from(entities));
  }

  /** The catalogue page of one server. The slash of its name may be encoded or not. */
  @Get(['servers/:name/page.md', 'servers/:namespace/:name/page.md'])
  async page(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param() params: Record<string, string>) {
    const ctx = await this.caller(request);
    const name = [params['namespace'], params['name']].filter((part) => part !== undefined).join('/');
    return reply.type('text/markdown; charset=utf-8').send(await this.exports.page(ctx, name));
  }

  private access(kind: string): ClientAccess {
    if (kind === 'direct') return { kind };
    if (kind === 'gateway' && this.addresses.gateway !== null) {
      return { kind, gatewayUrls: [`${this.addresses.gateway.replace(/\/+$/, '')}/mcp`] };
    }
    const known = kind === 'gateway';
    throw new Refusal({
      code: 'BAD_REQUEST',
      message: known
        ? 'This installation does not know the address of its gateway.'
        : 'access is "direct" or "gateway".',
      nextStep: known ? 'Set ROLLCALL_GATEWAY_PUBLIC_URL.' : 'Correct the parameter.',
      path: ['access'],
    });
  }

  private async caller(request: FastifyRequest) {
    const ctx = await this.contexts.of(request);
    if (!ctx) throw unauthenticated();
    return ctx;
  }
}
