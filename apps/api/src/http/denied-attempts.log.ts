import { Injectable } from '@nestjs/common';
import { type Action, Runtime, tokenDigest } from '@rollcall/access';
import { AuditLog } from '@rollcall/audit';
import { MINUTE_MS, type PrincipalKind, Refusal, type RequestContext } from '@rollcall/kernel';
import type { Logger } from '@rollcall/observability';
import { asSystem, inOrganization, PrismaService } from '@rollcall/persistence';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** The same attempt of the same caller is written down once in this time; the next record says how often it came between. */
const REPEAT_MS = 10 * MINUTE_MS;
/** More different attempts than this are not remembered: then some are written twice. */
const REMEMBERED = 10_000;

const callers = new Map<string, RequestContext>();
const refusals = new WeakMap<object, Refusal>();
const denials = new WeakSet<Refusal>();

/** Remembers who makes a request, until it is answered. Gives its argument back. */
export function noteCaller(ctx: RequestContext): RequestContext {
  // jobs and tests have contexts too, and no answer that would end them
  if (openRequests.has(ctx.requestId)) callers.set(ctx.requestId, ctx);
  return ctx;
}

/** Remembers with which refusal a request was answered. */
export function noteRefusal(request: object, error: unknown): void {
  if (error instanceof Refusal) refusals.set(request, error);
}

/** Marks a refusal that looks like an ordinary answer (NOT_FOUND to a read), and denies something. Gives its argument back. */
export function asDenied(refusal: Refusal): Refusal {
  denials.add(refusal);
  return refusal;
}

const openRequests = new Set<string>();

/** Puts denied REST attempts on the audit log before they are answered. Mutations have their own runner. */
@Injectable()
export class DeniedAttempts {
  private readonly seen = new Map<string, { at: number; repeated: number }>();

  constructor(
    private readonly audit: AuditLog,
    private readonly prisma: PrismaService,
    private readonly runtime: Runtime,
  ) {}

  /** The one hook of all routes. */
  watch(fastify: FastifyInstance, logger: Logger): void {
    fastify.addHook('onRequest', async (request) => void openRequests.add(request.id));
    fastify.addHook('onSend', async (request, reply) => {
      const ctx = callers.get(request.id);
      callers.delete(request.id);
      openRequests.delete(request.id);
      try {
        await this.record(request, reply, ctx);
      } catch (error) {
        logger.error({ err: error, requestId: request.id }, 'a denied attempt could not be recorded');
      }
    });
    // an aborted request sends nothing
    fastify.addHook('onRequestAbort', async ({ id }) => {
      callers.delete(id);
      openRequests.delete(id);
    });
  }

  private async record(request: FastifyRequest, reply: FastifyReply, ctx: RequestContext | undefined): Promise<void> {
    const subject = `${request.method} ${pathOf(request)}`;
    if (!ctx) return reply.statusCode === 401 ? this.recordCredential(request, subject) : undefined;
    const refusal = refusals.get(request);
    if (!refusal || !isDenial(refusal, request, reply)) return;
    await this.write(ctx, { action: actionOf(refusal, request), subject, code: refusal.code });
  }

  /** A token that was ours and is not good any more: who had it is known. */
  private async recordCredential(request: FastifyRequest, subject: string): Promise<void> {
    const token = request.headers.authorization?.match(/^Bearer (rcl_[A-Za-z0-9_-]{43})$/)?.[1];
    if (!token) return;
    const found = await asSystem(async () => {
      const row = await this.prisma.apiToken.findUnique({ where: { sha256: tokenDigest(token) } });
      return row && { row, principal: await this.prisma.principal.findUnique({ where: { id: row.principalId } }) };
    });
    if (!found?.principal) return;
    const { row, principal } = found;
    const { clock, ids } = this.runtime;
    const { id, handle } = principal;
    const ctx: RequestContext = {
      principal: { id, handle, kind: principal.kind as PrincipalKind },
      organizationId: row.organizationId,
      requestId: request.id,
      clock,
      ids,
    };
    await this.write(ctx, { action: 'token.authenticate', subject, code: 'UNAUTHENTICATED', token: row.id });
  }

  private async write(
    ctx: RequestContext,
    { action, subject, ...data }: { action: string; subject: string; code: string; token?: string },
  ): Promise<void> {
    const key = JSON.stringify([ctx.organizationId, ctx.principal.id, action, subject, data.code]);
    const now = ctx.clock.now().getTime();
    const before = this.seen.get(key);
    if (before && now - before.at < REPEAT_MS) {
      before.repeated++;
      return;
    }
    if (this.seen.size >= REMEMBERED) this.seen.clear();
    this.seen.set(key, { at: now, repeated: 0 });
    const repeated = before?.repeated ? { repeated: before.repeated } : {};
    const entry = { action, subject, data: { ...data, ...repeated } };
    await inOrganization(ctx.organizationId, () => this.audit.denied(ctx, entry));
  }
}

/** What was typed badly is no attempt at anything; what is refused to a write is, and every lack of a right. */
function isDenial(refusal: Refusal, request: FastifyRequest, reply: FastifyReply): boolean {
  if (denials.has(refusal) || reply.statusCode === 403) return true;
  return !['GET', 'HEAD', 'OPTIONS'].includes(request.method) && [404, 409].includes(reply.statusCode);
}

function actionOf(refusal: Refusal, request: FastifyRequest): Action | 'api.call' {
  const named = refusal.details['action'];
  if (typeof named === 'string') return named as Action;
  const path = pathOf(request);
  if (path.startsWith('/bundles/')) return request.method === 'GET' ? 'bundle.pull' : 'gateway.report';
  return /\/v0(\.1)?\/(publish|servers)/.test(path) ? 'version.publish' : 'api.call';
}

/** What a stranger typed: no query, no more than a line, and no secret path. */
function pathOf(request: FastifyRequest): string {
  const path = (request.url.split('?')[0] ?? '').replace(/\/catalogue\/[^/]+/, '/catalogue/{key}');
  return path.slice(0, 300).replace(/[\p{Cc}\p{Cs}]/gu, '\uFFFD');
}
