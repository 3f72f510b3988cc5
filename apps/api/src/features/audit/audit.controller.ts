import { Readable } from 'node:stream';
import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { AccessService, unauthenticated } from '@rollcall/access';
import { AuditCheckpoints, AuditExports } from '@rollcall/audit';
import { Refusal, type RequestContext } from '@rollcall/kernel';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RequestContexts } from '../../http/request-contexts.js';

const TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2}))?$/;

/** The audit log for programs: `/audit/v1/export` (NDJSON) and the keys it is verified with. */
@Controller('audit/v1')
export class AuditController {
  constructor(
    private readonly contexts: RequestContexts,
    private readonly access: AccessService,
    private readonly exports: AuditExports,
    private readonly checkpoints: AuditCheckpoints,
  ) {}

  /** Streams as fast as it is read. A failure half-way breaks the connection; the missing seal shows it in the file too. */
  @Get('export')
  async export(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Query() query: Record<string, unknown>) {
    const ctx = await this.caller(request);
    const range = { from: timeOf(query, 'from'), to: timeOf(query, 'to') };
    const lines = await this.exports.lines(ctx, range);
    return reply
      .header('cache-control', 'no-store')
      .header('content-disposition', 'attachment; filename="audit.ndjson"')
      .type('application/x-ndjson')
      .send(Readable.from(lines, { objectMode: false }));
  }

  /** Every key that signed checkpoints or exports of the caller's organization. */
  @Get('keys')
  async keys(@Req() request: FastifyRequest) {
    const ctx = await this.caller(request);
    await this.access.authorize(ctx, 'audit.read');
    return { keys: await this.checkpoints.keys(ctx.organizationId) };
  }

  private async caller(request: FastifyRequest): Promise<RequestContext> {
    const ctx = await this.contexts.of(request);
    if (!ctx) throw unauthenticated();
    return ctx;
  }
}

function timeOf(query: Record<string, unknown>, name: 'from' | 'to'): Date | undefined {
  const text = query[name];
  if (text === undefined) return undefined;
  const time = typeof text === 'string' && TIME.test(text) ? new Date(text) : new Date(Number.NaN);
  if (!Number.isNaN(time.getTime())) return time;
  throw new Refusal({
    code: 'BAD_REQUEST',
    message: `${name} must be a date or a time with its zone, such as 2026-11-21T00:00:00Z.`,
    nextStep: 'Correct the parameter.',
    path: [name],
  });
}
