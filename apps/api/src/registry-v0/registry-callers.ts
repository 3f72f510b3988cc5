import { Injectable, Optional } from '@nestjs/common';
import { AccessService, Runtime, unauthenticated } from '@rollcall/access';
import { notFound, Refusal, type RequestContext } from '@rollcall/kernel';
import { asSystem, enterOrganization, PrismaService } from '@rollcall/persistence';
import { coversServerName } from '@rollcall/registry';
import type { FastifyRequest } from 'fastify';
import { noteCaller } from '../http/denied-attempts.log.js';
import { RequestContexts } from '../http/request-contexts.js';
import type { CatalogueReader } from './catalogue.read-model.prisma.js';
import { RegistryTokenVerifier } from './registry-token.port.js';

/** At least 160 bits in base64url; shorter paths are not even looked up. */
const CATALOGUE_KEY = /^[A-Za-z0-9_-]{27,64}$/;

/**
 * Who calls the registry API. Credentials come from the Authorization header alone: these routes answer pages of any
 * origin, so a cookie must never count here.
 */
@Injectable()
export class RegistryCallers {
  constructor(
    private readonly contexts: RequestContexts,
    private readonly access: AccessService,
    private readonly prisma: PrismaService,
    private readonly runtime: Runtime,
    @Optional() private readonly registryTokens?: RegistryTokenVerifier,
  ) {}

  /** Whoever holds an API token of the organization that the address names, or of any when it names none. */
  async member(request: FastifyRequest): Promise<RequestContext> {
    const ctx = await this.contexts.of(credentialsOf(request));
    if (!ctx) throw unauthenticated();
    await this.requireOrganization(request, ctx.organizationId);
    return ctx;
  }

  /** A member, or the holder of a registry token: those are good for writing only. */
  async writer(request: FastifyRequest): Promise<RequestContext> {
    const token = request.headers.authorization?.match(/^Bearer ([^\s]+)$/)?.[1];
    const exchanged = token?.startsWith('ey') ? await this.registryTokens?.verify(token) : null;
    if (!exchanged) return this.member(request);
    enterOrganization(exchanged.organizationId);
    const { clock, ids } = this.runtime;
    const ctx = noteCaller({ ...exchanged, requestId: request.id, clock, ids });
    await this.requireOrganization(request, exchanged.organizationId);
    return ctx;
  }

  /** What a member may read. */
  async reader(request: FastifyRequest): Promise<CatalogueReader> {
    return this.readerOf(await this.member(request));
  }

  /**
   * Who reads one server: a member, or the holder of a registry token whose names cover it. Publishers look at what they
   * are about to change with the token they change it with.
   */
  async readerOfServer(request: FastifyRequest, name: string): Promise<CatalogueReader> {
    const ctx = await this.writer(request);
    if (ctx.serverNames !== undefined && !coversServerName(ctx.serverNames, name)) throw notFound('server', name);
    return this.readerOf(ctx);
  }

  async readerOf(ctx: RequestContext): Promise<CatalogueReader> {
    const visible = await this.access.visibility(ctx, 'server.read');
    return { organizationId: ctx.organizationId, teamIds: visible.all ? null : visible.teamIds, redacted: false };
  }

  /** Everything published, redacted, for whoever knows the key; null when there is no such key. */
  async catalogue(key: string): Promise<CatalogueReader | null> {
    if (!CATALOGUE_KEY.test(key)) return null;
    const row = await asSystem(() =>
      this.prisma.organization.findUnique({ where: { catalogueKey: key }, select: { id: true } }),
    );
    if (!row) return null;
    enterOrganization(row.id);
    return { organizationId: row.id, teamIds: null, redacted: true };
  }

  /** `/o/{slug}` in the address must name the caller's organization. */
  private async requireOrganization(request: FastifyRequest, organizationId: string): Promise<void> {
    const slug = (request.params as { organization?: string }).organization;
    if (slug === undefined) return;
    const row = await this.prisma.organization.findUnique({ where: { id: organizationId }, select: { slug: true } });
    if (row?.slug !== slug) throw nothingHere();
  }
}

/** The answer to an address that leads nowhere; a wrong key or organization must not look different. */
export function nothingHere(): Refusal {
  return new Refusal({
    code: 'NOT_FOUND',
    message: 'There is nothing at this address.',
    nextStep: 'Check the address and method.',
  });
}

function credentialsOf({ headers, id }: FastifyRequest) {
  return { headers: { authorization: headers.authorization }, id };
}
