import { Injectable } from '@nestjs/common';
import { AccessService, AccessStore, TEAM_ROLES, type TeamRole } from '@rollcall/access';
import { encodeCursor, notFound, type RequestContext } from '@rollcall/kernel';
import { isUniqueViolation, PrismaService, TransactionRunner, type Tx } from '@rollcall/persistence';
import { nameTaken } from '../identity.errors.js';
import { IdentityJournal } from '../identity-journal.js';
import { cursorParts, emailOf, handleOf, lineOf, pageSize } from '../input-rules.js';
import { keepAdmin, keepMember } from './last-one.js';

/** What a page of accounts is filtered by. */
export type PrincipalQuery = {
  first: number;
  after?: string | null;
  where?: {
    search?: string | null;
    kind?: 'user' | 'service_account' | 'gateway' | null;
    disabled?: boolean | null;
  } | null;
};

type NewPrincipal = { kind: 'user' | 'service_account'; handle: string; displayName: string; email?: string };

/** Accounts of people and programs. */
@Injectable()
export class PeopleService {
  constructor(
    private readonly access: AccessService,
    private readonly store: AccessStore,
    private readonly prisma: PrismaService,
    private readonly transactions: TransactionRunner,
    private readonly journal: IdentityJournal,
  ) {}

  /** A page in the order of handles; `next` is the cursor behind it, null at the end. */
  async page(ctx: RequestContext, { first, after, where }: PrincipalQuery) {
    await this.access.authorize(ctx, 'principal.read');
    const take = pageSize(first);
    const contains = {
      contains: (where?.search ?? '').slice(0, 200).replace(/[\\%_]/g, '\\$&'),
      mode: 'insensitive' as const,
    };
    const rows = await this.prisma.principal.findMany({
      where: {
        AND: [
          { organizationId: ctx.organizationId },
          after ? { handle: { gt: cursorParts(after, 1)[0] ?? '' } } : {},
          where?.search ? { OR: [{ handle: contains }, { displayName: contains }, { email: contains }] } : {},
          where?.kind ? { kind: where.kind } : {},
          where?.disabled == null ? {} : { disabledAt: where.disabled ? { not: null } : null },
        ],
      },
      orderBy: { handle: 'asc' },
      take: take + 1,
    });
    const items = rows.slice(0, take);
    const last = items.at(-1);
    return { items, next: rows.length > take && last ? encodeCursor([last.handle]) : null };
  }

  /** Makes an account for a person. It has no role yet, and no way in: see tokens. */
  async createUser(ctx: RequestContext, input: { handle: string; displayName: string; email?: string | null }) {
    await this.access.authorize(ctx, 'user.create');
    const person: NewPrincipal = {
      kind: 'user',
      handle: handleOf(input.handle),
      displayName: lineOf('displayName', input.displayName),
      ...(input.email ? { email: emailOf(input.email) } : {}),
    };
    return this.inOwnName(person.handle, (tx) => this.create(tx, ctx, person));
  }

  /** Makes an account for a program, within a team when one is named: then the team's maintainers may do it. */
  async createServiceAccount(
    ctx: RequestContext,
    input: { handle: string; displayName?: string | null; team?: string | null; role?: string | null },
  ) {
    const team = input.team ? await this.store.team(ctx.organizationId, input.team) : null;
    if (input.team && (!team || !(await this.access.can(ctx, 'team.read', team.id))))
      throw notFound('team', input.team);
    await this.access.authorize(ctx, 'service_account.create', team?.id);
    const handle = handleOf(input.handle);
    const account: NewPrincipal = {
      kind: 'service_account',
      handle,
      displayName: lineOf('displayName', input.displayName ?? handle),
    };
    const role: TeamRole = TEAM_ROLES.find((one) => one === input.role) ?? 'developer';
    return this.inOwnName(handle, async (tx) => {
      const row = await this.create(tx, ctx, account);
      if (!team) return row;
      const data = { organizationId: ctx.organizationId, teamId: team.id, principalId: row.id, role };
      await tx.teamMember.create({ data });
      await this.journal.write(tx, ctx, {
        topic: 'team.member_set',
        payload: { teamId: team.id, principalId: row.id },
        entry: { action: 'team.member', subject: `team:${team.slug}`, data: { member: handle, from: null, to: role } },
      });
      return row;
    });
  }

  /**
   * Locks an account out: nothing authenticates as it any more. Refused for the last enabled administrator and for the last
   * enabled member of a team that owns something.
   */
  async disable(ctx: RequestContext, input: { principal: string; reason: string }) {
    await this.access.authorize(ctx, 'principal.disable');
    const principal = await this.byHandle(ctx, input.principal);
    const reason = lineOf('reason', input.reason, 500);
    const { organizationId } = ctx;
    return this.transactions.run(async (tx) => {
      await keepAdmin(tx, organizationId, principal.id);
      const memberships = await tx.teamMember.findMany({
        where: { organizationId, principalId: principal.id },
        include: { team: true },
        orderBy: { teamId: 'asc' },
      });
      for (const { team } of memberships) await keepMember(tx, organizationId, { team, without: principal.id });
      const where = { id: principal.id, organizationId, disabledAt: null };
      const { count } = await tx.principal.updateMany({ where, data: { disabledAt: ctx.clock.now() } });
      if (count > 0) {
        const entry = { action: 'principal.disable', subject: `principal:${principal.handle}`, data: { reason } };
        await this.journal.write(tx, ctx, {
          topic: 'principal.disabled',
          payload: { principalId: principal.id },
          entry,
        });
      }
      return tx.principal.findUniqueOrThrow({ where: { id: principal.id } });
    });
  }

  /** Lets a disabled account in again, with the roles and tokens it still has. */
  async enable(ctx: RequestContext, input: { principal: string }) {
    await this.access.authorize(ctx, 'principal.enable');
    const principal = await this.byHandle(ctx, input.principal);
    return this.transactions.run(async (tx) => {
      const where = { id: principal.id, organizationId: ctx.organizationId, disabledAt: { not: null } };
      const { count } = await tx.principal.updateMany({ where, data: { disabledAt: null } });
      if (count > 0) {
        const entry = { action: 'principal.enable', subject: `principal:${principal.handle}` };
        await this.journal.write(tx, ctx, {
          topic: 'principal.enabled',
          payload: { principalId: principal.id },
          entry,
        });
      }
      return tx.principal.findUniqueOrThrow({ where: { id: principal.id } });
    });
  }

  /** The account of that handle, or NOT_FOUND. */
  async byHandle(ctx: RequestContext, handle: string) {
    const { organizationId } = ctx;
    const row = await this.prisma.principal.findUnique({
      where: { organizationId_handle: { organizationId, handle } },
    });
    if (!row || row.kind === 'system') throw notFound('account', handle);
    return row;
  }

  private async create(tx: Tx, ctx: RequestContext, principal: NewPrincipal) {
    const { organizationId } = ctx;
    const row = await tx.principal.create({
      data: { id: ctx.ids.next('prn'), organizationId, createdAt: ctx.clock.now(), ...principal },
    });
    await this.journal.write(tx, ctx, {
      topic: 'principal.created',
      payload: { principalId: row.id },
      entry: {
        action: row.kind === 'user' ? 'user.create' : 'service_account.create',
        subject: `principal:${row.handle}`,
        data: { displayName: row.displayName },
      },
    });
    return row;
  }

  private async inOwnName<T>(handle: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    try {
      return await this.transactions.run(work);
    } catch (error) {
      if (isUniqueViolation(error, 'principals_organization_handle_key')) throw nameTaken('principal', handle);
      throw error;
    }
  }
}
