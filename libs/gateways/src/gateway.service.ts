import { Injectable } from '@nestjs/common';
import { AccessService, TokenService } from '@rollcall/access';
import { AuditLog } from '@rollcall/audit';
import { notFound, type RequestContext } from '@rollcall/kernel';
import { isUniqueViolation, PrismaService, TransactionRunner } from '@rollcall/persistence';
import { gatewayInvalid, gatewayTaken } from './gateways.errors.js';

const NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** Enrolment of data planes. */
@Injectable()
export class GatewayService {
  constructor(
    private readonly prisma: PrismaService,
    private readonly access: AccessService,
    private readonly tokens: TokenService,
    private readonly transactions: TransactionRunner,
    private readonly audit: AuditLog,
  ) {}

  /** Lets a gateway pull one environment's bundles; its token is returned once. */
  async enroll(
    ctx: RequestContext,
    input: { name: string; environment: string },
  ): Promise<{ id: string; token: string }> {
    await this.access.authorize(ctx, 'gateway.enroll');
    if (!NAME.test(input.name)) throw gatewayInvalid(input.name);
    const { organizationId } = ctx;
    const environment = await this.prisma.environment.findUnique({
      where: { organizationId_name: { organizationId, name: input.environment } },
    });
    if (!environment) throw notFound('environment', input.environment);
    try {
      return await this.transactions.run(async (tx) => {
        const principalId = ctx.ids.next('prn');
        const handle = `gateway-${input.name}`;
        await tx.principal.create({
          data: { id: principalId, organizationId, kind: 'gateway', handle, displayName: `Gateway ${input.name}` },
        });
        await tx.roleAssignment.create({ data: { organizationId, principalId, role: 'gateway' } });
        const id = ctx.ids.next('gw');
        await tx.gateway.create({
          data: {
            id,
            organizationId,
            environmentId: environment.id,
            principalId,
            name: input.name,
            createdAt: ctx.clock.now(),
          },
        });
        const token = await this.tokens.issue(tx, ctx, { organizationId, principalId, name: 'gateway' });
        await this.audit.append(tx, ctx, {
          action: 'gateway.enroll',
          subject: `gateway:${input.name}`,
          data: { environment: environment.name },
        });
        return { id, token };
      });
    } catch (error) {
      const taken = ['gateways_organization_name_key', 'principals_organization_handle_key'];
      if (taken.some((name) => isUniqueViolation(error, name))) throw gatewayTaken(input.name);
      throw error;
    }
  }

  /** Replaces a gateway's token; the old one stops working at once. */
  async reissueToken(ctx: RequestContext, name: string): Promise<string> {
    await this.access.authorize(ctx, 'gateway.enroll');
    const { organizationId } = ctx;
    const gateway = await this.prisma.gateway.findUnique({ where: { organizationId_name: { organizationId, name } } });
    if (!gateway) throw notFound('gateway', name);
    return this.transactions.run(async (tx) => {
      const key = { organizationId, principalId: gateway.principalId, name: 'gateway' };
      await this.tokens.revoke(tx, ctx.clock, key);
      await this.audit.append(tx, ctx, {
        action: 'gateway.enroll',
        subject: `gateway:${name}`,
        data: { reissued: true },
      });
      return this.tokens.issue(tx, ctx, key);
    });
  }

  /** The gateway behind the caller's token, or null when the caller is not one. */
  async identify(ctx: RequestContext) {
    if (ctx.principal.kind !== 'gateway') return null;
    return this.prisma.gateway.findFirst({
      where: { principalId: ctx.principal.id, organizationId: ctx.organizationId },
    });
  }

  /** Every gateway with its newest report, in name order; at most 100. */
  async list(ctx: RequestContext) {
    await this.access.authorize(ctx, 'gateway.read');
    return this.prisma.gateway.findMany({
      where: { organizationId: ctx.organizationId },
      orderBy: { name: 'asc' },
      take: 100,
      include: { status: true },
    });
  }

  /** One gateway with its newest report. */
  async byId(ctx: RequestContext, id: string) {
    const row = await this.prisma.gateway.findFirst({
      where: { id, organizationId: ctx.organizationId },
      include: { status: true },
    });
    if (!row) throw notFound('gateway', id);
    return row;
  }
}
