import { Body, Controller, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { BundleHeads, BundleStore, TrustService } from '@rollcall/bundles';
import { StatusReports } from '@rollcall/gateways';
import { notFound } from '@rollcall/kernel';
import { UsageService } from '@rollcall/usage';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BundlePulls } from './bundle-pulls.js';

const MAX_WAIT_SECONDS = 50;

/** Signed bundles for gateways: `/bundles/v1/{environment}/...`. Bodies are the exact bytes that were signed. */
@Controller('bundles/v1/:environment')
export class BundlesController {
  constructor(
    private readonly pulls: BundlePulls,
    private readonly heads: BundleHeads,
    private readonly store: BundleStore,
    private readonly trust: TrustService,
    private readonly reports: StatusReports,
    private readonly usage: UsageService,
  ) {}

  /** The signed pointer; waits for a new one when the caller has the current (`If-None-Match`, `Prefer: wait=N`). */
  @Get('timestamp')
  async timestamp(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param('environment') name: string) {
    const { environment } = await this.pulls.authorize(request, name);
    const known = request.headers['if-none-match'];
    const head = await this.heads.changed(environment.id, known, waitOf(request.headers['prefer']));
    if (!head && !(await this.heads.current(environment.id))) throw notFound('bundle', name);
    reply.header('cache-control', 'no-cache');
    if (!head) return reply.status(304).send();
    return reply.header('etag', head.etag).type('application/json').send(Buffer.from(head.body));
  }

  /** A bundle by the SHA-256 of its bytes; immutable. */
  @Get('objects/:sha256')
  async object(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param() params: Record<string, string>) {
    const { environment } = await this.pulls.authorize(request, params['environment'] ?? '');
    const sha256 = params['sha256'] ?? '';
    const body = /^[0-9a-f]{64}$/.test(sha256) ? await this.store.object(environment.id, sha256) : null;
    if (!body) throw notFound('object', sha256.slice(0, 64));
    return reply
      .header('cache-control', 'private, max-age=31536000, immutable')
      .header('etag', `"${sha256}"`)
      .type('application/json')
      .send(Buffer.from(body));
  }

  /** A signed root by its version. */
  @Get('root/:version')
  async root(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Param() params: Record<string, string>) {
    const { ctx } = await this.pulls.authorize(request, params['environment'] ?? '');
    const version = params['version'] ?? '';
    const body = /^\d{1,9}$/.test(version) ? await this.trust.root(ctx.organizationId, Number(version)) : null;
    if (!body) throw notFound('root', version.slice(0, 16));
    return reply.type('application/json').send(Buffer.from(body));
  }

  /** What a gateway runs: ACK or NACK. */
  @Post('status')
  @HttpCode(204)
  async status(@Req() request: FastifyRequest, @Param('environment') name: string, @Body() body: unknown) {
    const { ctx, gateway } = await this.pulls.authorizeGateway(request, name);
    await this.reports.take(ctx, gateway, body);
  }

  /** What a gateway saw being called; counted once however often it is sent. */
  @Post('usage')
  @HttpCode(200)
  async report(@Req() request: FastifyRequest, @Param('environment') name: string, @Body() body: unknown) {
    const { ctx, gateway } = await this.pulls.authorizeGateway(request, name);
    return this.usage.record(ctx, gateway, body);
  }
}

/** Seconds of `Prefer: wait=N` as milliseconds, at most 50 s; 0 without the header. */
function waitOf(prefer: string | string[] | undefined): number {
  const seconds = Number(/(?:^|[,\s])wait=(\d{1,4})/.exec(String(prefer ?? ''))?.[1] ?? 0);
  return Math.min(seconds, MAX_WAIT_SECONDS) * 1000;
}
