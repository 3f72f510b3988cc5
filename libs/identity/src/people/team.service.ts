import { Injectable } from '@nestjs/common';
import { AccessService, AccessStore, type Action, TEAM_ROLES, type TeamRole } from '@rollcall/access';
import { notFound, type RequestContext } from '@rollcall/kernel';
import { isUniqueViolation, PrismaService, TransactionRunner } from '@rollcall/persistence';
import { invalidInput, nameTaken, teamInUse } from '../identity.errors.js';
import { IdentityJournal } from '../identity-journal.js';
import { lineOf, slugOf } from '../input-rules.js';
import { keepMember, lockTeams, ownedBy, ownedWords } from './last-one.js';

/** Teams and who is in them. */
@Injectable()
export class TeamService {
  constructor(
    private readonly access: AccessService,
    private readonly store: AccessStore,
    private readonly prisma: PrismaService,
    private readonly transactions: TransactionRunner,
    private readonly journal: IdentityJournal,
  ) {}

  /** The teams the caller may see, in slug order; at most 500. */
  async list(ctx: RequestContext) {
    const seen = await this.access.visibility(ctx, 'team.read');
    return this.prisma.team.findMany({
      where: { organizationId: ctx.organizationId, ...(seen.all ? {} : { id: { in: seen.teamIds } }) },
      orderBy: { slug: 'asc' },
      take: 500,
    });
  }

  /** Makes a team without members. */
  async create(ctx: RequestContext, input: { slug: string; name: string }) {
    await this.access.authorize(ctx, 'team.create');
    const data = {
      id: ctx.ids.next('team'),
      organizationId: ctx.organizationId,
      slug: slugOf(input.slug),
      name: lineOf('name', input.name),
    };
    try {
      return await this.transactions.run(async (tx) => {
        const team = await tx.team.create({ data });
        const entry = { action: 'team.create', subject: `team:${team.slug}`, data: { name: team.name } };
        await this.journal.write(tx, ctx, { topic: 'team.created', payload: { teamId: team.id }, entry });
        return team;
      });
    } catch (error) {
      if (isUniqueViolation(error, 'teams_organization_slug_key')) throw nameTaken('team', data.slug);
      throw error;
    }
  }

  /** Changes the display name; the slug stays, because others refer to it. */
  async rename(ctx: RequestContext, input: { team: string; name: string }) {
    const team = await this.allowed(ctx, input.team, 'team.rename');
    const name = lineOf('name', input.name);
    return this.transactions.run(async (tx) => {
      const renamed = await tx.team.update({ where: { id: team.id }, data: { name } });
      const entry = { action: 'team.rename', subject: `team:${team.slug}`, data: { from: team.name, to: name } };
      await this.journal.write(tx, ctx, { topic: 'team.renamed', payload: { teamId: team.id }, entry });
      return renamed;
    });
  }

  /** Deletes a team that owns nothing, with its memberships. */
  async delete(ctx: RequestContext, input: { team: string }): Promise<string> {
    const team = await this.allowed(ctx, input.team, 'team.delete');
    const { organizationId } = ctx;
    await this.transactions.run(async (tx) => {
      await lockTeams(tx, organizationId, [team.id]);
      const owned = ownedWords(await ownedBy(tx, organizationId, team.id));
      if (owned.length > 0) throw teamInUse(team.slug, owned);
      await tx.teamMember.deleteMany({ where: { organizationId, teamId: team.id } });
      await tx.team.delete({ where: { id: team.id } });
      const entry = { action: 'team.delete', subject: `team:${team.slug}`, data: { name: team.name } };
      await this.journal.write(tx, ctx, { topic: 'team.deleted', payload: { teamId: team.id }, entry });
    });
    return team.id;
  }

  /** Puts somebody into a team, or gives a member another role; the newest word holds. */
  async setMember(ctx: RequestContext, input: { team: string; principal: string; role: string }) {
    const team = await this.allowed(ctx, input.team, 'team.member');
    const role = teamRoleOf(input.role);
    const principal = await this.principal(ctx, input.principal);
    const { organizationId } = ctx;
    await this.transactions.run(async (tx) => {
      await lockTeams(tx, organizationId, [team.id]);
      const key = { teamId_principalId: { teamId: team.id, principalId: principal.id } };
      const before = await tx.teamMember.findUnique({ where: key });
      if (before?.role === role) return;
      const data = { organizationId, teamId: team.id, principalId: principal.id, role };
      await tx.teamMember.upsert({ where: key, create: data, update: { role } });
      await this.journal.write(tx, ctx, {
        topic: 'team.member_set',
        payload: { teamId: team.id, principalId: principal.id },
        entry: {
          action: 'team.member',
          subject: `team:${team.slug}`,
          data: { member: principal.handle, from: before?.role ?? null, to: role },
        },
      });
    });
    return team;
  }

  /** Takes somebody out of a team; refused with LAST_MEMBER when the team owns something and nobody would be left. */
  async removeMember(ctx: RequestContext, input: { team: string; principal: string }) {
    const team = await this.allowed(ctx, input.team, 'team.member');
    const principal = await this.principal(ctx, input.principal);
    const { organizationId } = ctx;
    await this.transactions.run(async (tx) => {
      await lockTeams(tx, organizationId, [team.id]);
      const where = { organizationId, teamId: team.id, principalId: principal.id };
      const member = await tx.teamMember.findFirst({ where });
      if (!member) throw notFound('member', input.principal);
      await keepMember(tx, organizationId, { team, without: principal.id });
      await tx.teamMember.deleteMany({ where });
      await this.journal.write(tx, ctx, {
        topic: 'team.member_removed',
        payload: { teamId: team.id, principalId: principal.id },
        entry: {
          action: 'team.member',
          subject: `team:${team.slug}`,
          data: { member: principal.handle, from: member.role, to: null },
        },
      });
    });
    return team;
  }

  private async allowed(ctx: RequestContext, slug: string, action: Action) {
    const team = await this.store.team(ctx.organizationId, slug);
    if (!team || !(await this.access.can(ctx, 'team.read', team.id))) throw notFound('team', slug);
    await this.access.authorize(ctx, action, team.id);
    return team;
  }

  private async principal(ctx: RequestContext, handle: string) {
    const { organizationId } = ctx;
    const row = await this.prisma.principal.findUnique({
      where: { organizationId_handle: { organizationId, handle } },
    });
    if (!row || !['user', 'service_account'].includes(row.kind)) throw notFound('account', handle);
    return row;
  }
}

function teamRoleOf(role: string): TeamRole {
  const known = TEAM_ROLES.find((one) => one === role);
  if (known) return known;
  throw invalidInput('role', `"${role}" is not a role of a team.`, `Use one of ${TEAM_ROLES.join(', ')}.`);
}
