import { Injectable } from '@nestjs/common';
import { AccessService, AccessStore, newToken, teamFilter } from '@rollcall/access';
import { AuditLog } from '@rollcall/audit';
import { notFound, type RequestContext } from '@rollcall/kernel';
import { isUniqueViolation, Outbox, PrismaService, TransactionRunner } from '@rollcall/persistence';
import { policyChanged } from '@rollcall/registry';
import { agentInvalid, agentTaken } from './agents.errors.js';

const SLUG = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** Agents and their tokens. */
@Injectable()
export class AgentService {
  constructor(
    private readonly prisma: PrismaService,
    private readonly access: AccessService,
    private readonly teams: AccessStore,
    private readonly transactions: TransactionRunner,
    private readonly audit: AuditLog,
    private readonly outbox: Outbox,
  ) {}

  /** Registers an agent of a team. */
  async create(ctx: RequestContext, input: { slug: string; name: string; team: string }) {
    const team = await this.teams.team(ctx.organizationId, input.team);
    if (!team || !(await this.access.can(ctx, 'agent.read', team.id))) throw notFound('team', input.team);
    await this.access.authorize(ctx, 'agent.create', team.id);
    if (!SLUG.test(input.slug)) throw agentInvalid(input.slug);
    try {
      return await this.transactions.run(async (tx) => {
        const agent = await tx.agent.create({
          data: {
            id: ctx.ids.next('agt'),
            organizationId: ctx.organizationId,
            teamId: team.id,
            slug: input.slug,
            name: input.name,
            createdAt: ctx.clock.now(),
          },
        });
        await this.audit.append(tx, ctx, {
          action: 'agent.create',
          subject: `agent:${input.slug}`,
          data: { team: team.slug },
        });
        await this.outbox.append(tx, policyChanged(ctx.organizationId));
        return agent;
      });
    } catch (error) {
      if (isUniqueViolation(error, 'agents_organization_slug_key')) throw agentTaken(input.slug);
      throw error;
    }
  }

  /** Issues a bearer token; the plain text is returned once, gateways get its SHA-256 with the next bundle. */
  async issueToken(ctx: RequestContext, input: { agent: string; expiresAt?: Date | null }): Promise<string> {
    const agent = await this.bySlug(ctx, input.agent);
    await this.access.authorize(ctx, 'agent.token', agent.teamId);
    const { token, sha256 } = newToken();
    await this.transactions.run(async (tx) => {
      await tx.agentToken.create({
        data: {
          id: ctx.ids.next('tok'),
          organizationId: ctx.organizationId,
          agentId: agent.id,
          sha256,
          createdAt: ctx.clock.now(),
          expiresAt: input.expiresAt ?? null,
        },
      });
      await this.audit.append(tx, ctx, { action: 'agent.token', subject: `agent:${agent.slug}` });
      await this.outbox.append(tx, policyChanged(ctx.organizationId));
    });
    return token;
  }

  /** The agent of that slug, or NOT_FOUND when the caller may not see it. */
  async bySlug(ctx: RequestContext, slug: string) {
    const agent = await this.prisma.agent.findUnique({
      where: { organizationId_slug: { organizationId: ctx.organizationId, slug } },
    });
    if (!agent || !(await this.access.can(ctx, 'agent.read', agent.teamId))) throw notFound('agent', slug);
    return agent;
  }

  /** Every visible agent with its team and its grants, in slug order; at most 100. */
  async list(ctx: RequestContext) {
    const scope = teamFilter(await this.access.visibility(ctx, 'agent.read'));
    return this.prisma.agent.findMany({
      where: { organizationId: ctx.organizationId, ...scope },
      orderBy: { slug: 'asc' },
      take: 100,
      include: { grants: { where: { revokedAt: null }, orderBy: { grantedAt: 'asc' } } },
    });
  }
}
