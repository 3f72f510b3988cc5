import { Injectable } from '@nestjs/common';
import { AccessService, ORGANIZATION_ROLES, type OrganizationRole } from '@rollcall/access';
import type { RequestContext } from '@rollcall/kernel';
import { TransactionRunner } from '@rollcall/persistence';
import { invalidInput } from '../identity.errors.js';
import { IdentityJournal } from '../identity-journal.js';
import { keepAdmin } from './last-one.js';
import { PeopleService } from './people.service.js';

/** Roles in the whole organization. */
@Injectable()
export class RoleService {
  constructor(
    private readonly access: AccessService,
    private readonly people: PeopleService,
    private readonly transactions: TransactionRunner,
    private readonly journal: IdentityJournal,
  ) {}

  /** Gives a role; giving it again changes nothing. */
  async assign(ctx: RequestContext, input: { principal: string; role: string }) {
    await this.access.authorize(ctx, 'role.assign');
    const role = roleOf(input.role);
    const principal = await this.people.byHandle(ctx, input.principal);
    // what gateways are is said when they are enrolled: the role without a gateway behind it would pull every bundle
    if (role === 'gateway' || principal.kind === 'gateway') throw gatewaysAreEnrolled();
    await this.transactions.run(async (tx) => {
      const data = { organizationId: ctx.organizationId, principalId: principal.id, role };
      const { count } = await tx.roleAssignment.createMany({ data, skipDuplicates: true });
      if (count === 0) return;
      const entry = { action: 'role.assign', subject: `principal:${principal.handle}`, data: { role } };
      await this.journal.write(tx, ctx, {
        topic: 'role.assigned',
        payload: { principalId: principal.id, role },
        entry,
      });
    });
    return principal;
  }

  /** Takes a role away; refused with LAST_ADMIN when no enabled administrator would be left. */
  async revoke(ctx: RequestContext, input: { principal: string; role: string }) {
    await this.access.authorize(ctx, 'role.revoke');
    const role = roleOf(input.role);
    const principal = await this.people.byHandle(ctx, input.principal);
    const { organizationId } = ctx;
    await this.transactions.run(async (tx) => {
      if (role === 'admin') await keepAdmin(tx, organizationId, principal.id);
      const where = { organizationId, principalId: principal.id, role };
      const { count } = await tx.roleAssignment.deleteMany({ where });
      if (count === 0) return;
      const entry = { action: 'role.revoke', subject: `principal:${principal.handle}`, data: { role } };
      await this.journal.write(tx, ctx, { topic: 'role.revoked', payload: { principalId: principal.id, role }, entry });
    });
    return principal;
  }
}

function roleOf(role: string): OrganizationRole {
  const known = ORGANIZATION_ROLES.find((one) => one === role);
  if (known) return known;
  throw invalidInput(
    'role',
    `"${role}" is not a role of an organization.`,
    `Use one of ${ORGANIZATION_ROLES.join(', ')}.`,
  );
}

const gatewaysAreEnrolled = () =>
  invalidInput(
    'role',
    'Gateways get their role when they are enrolled, and no other.',
    'Use: rollcall gateways enroll',
  );
