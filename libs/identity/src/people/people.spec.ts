import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AccessService, type Action, TokenService } from '@rollcall/access';
import { Refusal } from '@rollcall/kernel';
import {
  type ControlPlane,
  type OrganizationSeed,
  openControlPlane,
  type PersonSeed,
  seed,
  type TeamSeed,
} from '@rollcall/testing';
import { PeopleService, RoleService, ServerAttributesService, TeamService } from '../index.js';

describe('teams, people and roles', () => {
  let plane: ControlPlane;
  let acme: OrganizationSeed;
  let payments: TeamSeed;
  let ada: PersonSeed;
  let olivia: PersonSeed;
  let count = 0;

  const teams = () => plane.get(TeamService);
  const people = () => plane.get(PeopleService);
  const roles = () => plane.get(RoleService);
  const can = (who: PersonSeed, action: Action, team?: string) =>
    plane.get(AccessService).can(who.context(), action, team);
  const code = (attempt: Promise<unknown>) =>
    attempt.then(
      () => 'done',
      (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
    );
  const done = (where: { action: string }) =>
    plane.prisma.auditEvent.findMany({
      where: { organizationId: acme.id, outcome: 'done', ...where },
      orderBy: { sequence: 'asc' },
    });

  beforeAll(async () => {
    plane = await openControlPlane();
  });
  afterAll(() => plane?.close());
  beforeEach(async () => {
    acme = await seed(plane).organization(`acme${++count}`);
    payments = await acme.team('payments');
    ada = await acme.admin('ada');
    olivia = await payments.maintainer('olivia');
  });

  describe('a team', () => {
    it('is made, renamed and, owning nothing, deleted by administrators', async () => {
      const team = await teams().create(ada.context(), { slug: 'tools', name: 'Tools' });
      await teams().setMember(ada.context(), { team: 'tools', principal: 'olivia', role: 'developer' });
      await teams().rename(ada.context(), { team: 'tools', name: 'Shared tools' });
      expect((await teams().list(ada.context())).map((one) => one.name)).toEqual(['payments', 'Shared tools']);
      await teams().delete(ada.context(), { team: 'tools' });
      expect(await plane.prisma.team.count({ where: { id: team.id } })).toBe(0);
      expect(await can(olivia, 'team.read', team.id)).toBe(false);
      const topics = await plane.prisma.outboxEvent.findMany({
        where: { organizationId: acme.id, topic: { startsWith: 'team.' } },
      });
      expect(topics.map((one) => one.topic).sort()).toEqual([
        'team.created',
        'team.deleted',
        'team.member_set',
        'team.renamed',
      ]);
    });

    it('that owns something is not deleted, not even past the service', async () => {
      expect(await code(teams().delete(ada.context(), { team: 'payments' }))).toBe('TEAM_IN_USE');
      await plane.prisma.teamMember.create({
        data: { organizationId: acme.id, teamId: payments.id, principalId: ada.id, role: 'developer' },
      });
      await expect(plane.prisma.team.delete({ where: { id: payments.id } })).rejects.toThrow();
    });

    it('is not shown to others, and only its maintainers and administrators say who is in it', async () => {
      const dan = await payments.developer('dan');
      const other = await (await acme.team('marketing')).maintainer('oscar');
      await acme.nobody('norman');
      const add = (by: PersonSeed) =>
        code(teams().setMember(by.context(), { team: 'payments', principal: 'norman', role: 'developer' }));
      expect(await add(other)).toBe('NOT_FOUND');
      expect(await add(dan)).toBe('FORBIDDEN');
      expect(await add(olivia)).toBe('done');
      expect((await teams().list(other.context())).map((one) => one.slug)).toEqual(['marketing']);
      expect(await done({ action: 'team.member' })).toMatchObject([
        { actorHandle: 'olivia', data: { member: 'norman', from: null, to: 'developer' } },
      ]);
    });

    it('takes only accounts of its own organization, and only roles of teams', async () => {
      await (await seed(plane).organization(`other${count}`)).nobody('stranger');
      const set = (principal: string, role: string) =>
        code(teams().setMember(ada.context(), { team: 'payments', principal, role }));
      expect(await set('stranger', 'developer')).toBe('NOT_FOUND');
      expect(await set('ada', 'admin')).toBe('INVALID_INPUT');
      expect(await code(teams().create(ada.context(), { slug: 'payments', name: 'x' }))).toBe('NAME_TAKEN');
      expect(await code(teams().create(ada.context(), { slug: 'Pay ments', name: 'x' }))).toBe('INVALID_INPUT');
      expect(await code(teams().create(olivia.context(), { slug: 'x', name: 'x' }))).toBe('FORBIDDEN');
    });
  });

  describe('the last member of a team that owns something', () => {
    const leave = (handle: string) => teams().removeMember(ada.context(), { team: 'payments', principal: handle });
    const disable = (handle: string) => people().disable(ada.context(), { principal: handle, reason: 'left' });

    it('stays, and is not locked out', async () => {
      expect(await code(leave('olivia'))).toBe('LAST_MEMBER');
      expect(await code(disable('olivia'))).toBe('LAST_MEMBER');
      await payments.developer('dan');
      await disable('dan');
      expect(await code(leave('olivia'))).toBe('LAST_MEMBER');
      await people().enable(ada.context(), { principal: 'dan' });
      expect(await code(leave('olivia'))).toBe('done');
    });

    it('may leave a team that owns nothing', async () => {
      await teams().create(ada.context(), { slug: 'idle', name: 'Idle' });
      await teams().setMember(ada.context(), { team: 'idle', principal: 'olivia', role: 'developer' });
      const removed = teams().removeMember(ada.context(), { team: 'idle', principal: 'olivia' });
      expect(await code(removed)).toBe('done');
    });

    it('is one of two who leave at the same time', async () => {
      for (let round = 0; round < 4; round++) {
        const dan = await payments.developer(`dan${round}`);
        const leaving = round % 2 === 0 ? [leave('olivia'), leave(dan.handle)] : [leave('olivia'), disable(dan.handle)];
        expect((await Promise.all(leaving.map(code))).sort()).toEqual(['LAST_MEMBER', 'done']);
        await people().enable(ada.context(), { principal: dan.handle });
        await teams().setMember(ada.context(), { team: 'payments', principal: 'olivia', role: 'maintainer' });
        await plane.prisma.teamMember.deleteMany({ where: { teamId: payments.id, principalId: dan.id } });
      }
    });

    it('is kept by the database too, whoever writes', async () => {
      const remove = plane.prisma.teamMember.deleteMany({ where: { teamId: payments.id } });
      await expect(remove).rejects.toThrow(/without a member/);
      const lock = plane.prisma.principal.update({ where: { id: olivia.id }, data: { disabledAt: new Date() } });
      await expect(lock).rejects.toThrow(/without a member/);
      const dan = await payments.developer('dan');
      const both = [olivia.id, dan.id].map((principalId) =>
        plane.prisma.teamMember.deleteMany({ where: { teamId: payments.id, principalId } }).then(
          () => 'done',
          () => 'refused',
        ),
      );
      expect((await Promise.all(both)).sort()).toEqual(['done', 'refused']);
    });
  });

  describe('the last administrator', () => {
    it('keeps the role and is not locked out', async () => {
      expect(await code(roles().revoke(ada.context(), { principal: 'ada', role: 'admin' }))).toBe('LAST_ADMIN');
      expect(await code(people().disable(ada.context(), { principal: 'ada', reason: 'x' }))).toBe('LAST_ADMIN');
      await roles().assign(ada.context(), { principal: 'olivia', role: 'admin' });
      await payments.developer('dan');
      await people().disable(ada.context(), { principal: 'olivia', reason: 'x' });
      expect(await code(roles().revoke(ada.context(), { principal: 'ada', role: 'admin' }))).toBe('LAST_ADMIN');
    });

    it('is one of two who resign at the same time', async () => {
      for (let round = 0; round < 4; round++) {
        const eve = await acme.admin(`eve${round}`);
        const resign = (who: PersonSeed) =>
          code(
            round % 2 === 0
              ? roles().revoke(who.context(), { principal: who.handle, role: 'admin' })
              : people().disable(who.context(), { principal: who.handle, reason: 'x' }),
          );
        expect((await Promise.all([resign(ada), resign(eve)])).sort()).toEqual(['LAST_ADMIN', 'done']);
        const where = { organizationId: acme.id, role: 'admin', principal: { disabledAt: null } };
        expect(await plane.prisma.roleAssignment.count({ where })).toBe(1);
        await plane.prisma.roleAssignment.deleteMany({ where: { principalId: eve.id } });
        await plane.prisma.principal.update({ where: { id: ada.id }, data: { disabledAt: null } });
        const role = { organizationId: acme.id, principalId: ada.id, role: 'admin' };
        await plane.prisma.roleAssignment.createMany({ data: role, skipDuplicates: true });
      }
    });
  });

  describe('an account', () => {
    it('of a person is made by administrators, and can do nothing yet', async () => {
      const input = { handle: 'nina', displayName: 'Nina', email: 'nina@acme.example' };
      const nina = await people().createUser(ada.context(), input);
      expect(nina).toMatchObject({ kind: 'user', email: 'nina@acme.example', disabledAt: null });
      expect(await plane.prisma.apiToken.count({ where: { principalId: nina.id } })).toBe(0);
      expect(await code(people().createUser(ada.context(), input))).toBe('NAME_TAKEN');
      expect(await code(people().createUser(olivia.context(), { ...input, handle: 'x' }))).toBe('FORBIDDEN');
    });

    it.each(['rollcall', 'system', 'Nina', '', 'a b', 'a,b', '-a', 'x'.repeat(65)])(
      'cannot be called %j',
      async (handle) => {
        const made = people().createUser(ada.context(), { handle, displayName: 'x' });
        expect(await code(made)).toBe('INVALID_INPUT');
      },
    );

    it('of a program is made by maintainers within their team, and nowhere else', async () => {
      const make = (by: PersonSeed, handle: string, team?: string) =>
        code(people().createServiceAccount(by.context(), { handle, ...(team ? { team } : {}) }));
      await acme.team('marketing');
      expect(await make(olivia, 'pay-ci', 'payments')).toBe('done');
      expect(await make(olivia, 'free-ci')).toBe('FORBIDDEN');
      expect(await make(olivia, 'their-ci', 'marketing')).toBe('NOT_FOUND');
      expect(await make(ada, 'free-ci')).toBe('done');
      const account = await plane.prisma.principal.findFirstOrThrow({
        where: { organizationId: acme.id, handle: 'pay-ci' },
        include: { memberships: true },
      });
      expect(account).toMatchObject({ kind: 'service_account', memberships: [{ role: 'developer' }] });
    });

    it('that is disabled authenticates as nobody, and does again when it is enabled', async () => {
      await payments.developer('dan');
      const token = await olivia.token();
      const who = () => plane.get(TokenService).authenticate(`Bearer ${token}`, plane.clock);
      await people().disable(ada.context(), { principal: 'olivia', reason: 'on leave' });
      expect(await who()).toBeNull();
      await people().enable(ada.context(), { principal: 'olivia' });
      expect(await who()).toMatchObject({ principal: { handle: 'olivia' } });
      expect(await done({ action: 'principal.disable' })).toMatchObject([{ data: { reason: 'on leave' } }]);
    });

    it('is listed for those who may see all accounts, page by page', async () => {
      await people().createUser(ada.context(), { handle: 'nina_1', displayName: 'Nina' });
      const handles: string[] = [];
      let after: string | null = null;
      do {
        const page: Awaited<ReturnType<PeopleService['page']>> = await people().page(ada.context(), {
          first: 2,
          after,
        });
        handles.push(...page.items.map((one) => one.handle));
        after = page.next;
      } while (after !== null);
      expect(handles).toEqual(['ada', 'nina_1', 'olivia']);
      const found = await people().page(ada.context(), { first: 10, where: { search: 'a_1' } });
      expect(found.items.map((one) => one.handle)).toEqual(['nina_1']);
      expect(await code(people().page(olivia.context(), { first: 2 }))).toBe('FORBIDDEN');
      const abroad = await (await seed(plane).organization(`other${count}`)).admin('mallory');
      expect((await people().page(abroad.context(), { first: 10 })).items).toMatchObject([{ handle: 'mallory' }]);
    });
  });

  describe('a role', () => {
    it('is given and taken by administrators, and holds from the next request', async () => {
      const rita = await acme.nobody('rita');
      await roles().assign(ada.context(), { principal: 'rita', role: 'release_approver' });
      await roles().assign(ada.context(), { principal: 'rita', role: 'release_approver' });
      expect(await can(rita, 'version.promote')).toBe(true);
      await roles().revoke(ada.context(), { principal: 'rita', role: 'release_approver' });
      expect(await can(rita, 'version.promote')).toBe(false);
      expect(await done({ action: 'role.assign' })).toHaveLength(1);
      for (const verb of ['assign', 'revoke'] as const) {
        expect(await code(roles()[verb](olivia.context(), { principal: 'olivia', role: 'admin' }))).toBe('FORBIDDEN');
      }
    });

    it('is one of the catalogue, and not the one of gateways', async () => {
      for (const role of ['gateway', 'maintainer', 'wizard', 'admin, *, *']) {
        expect(await code(roles().assign(ada.context(), { principal: 'olivia', role }))).toBe('INVALID_INPUT');
      }
    });
  });

  describe('the attributes of a server', () => {
    const set = (by: PersonSeed, more: { criticality?: string; dataClass?: string }) => {
      const server = { byName: `${payments.namespace}/ledger` };
      return code(plane.get(ServerAttributesService).set(by.context(), { server, ...more }));
    };

    it('are set by maintainers, audited, and kept from them once they matter', async () => {
      await olivia.publishes(`${payments.namespace}/ledger`, '1.0.0');
      const dan = await payments.developer('dan');
      const rita = await acme.nobody('rita');
      await roles().assign(ada.context(), { principal: 'rita', role: 'release_approver' });
      expect(await set(dan, { criticality: 'critical' })).toBe('FORBIDDEN');
      expect(await set(olivia, { criticality: 'critical' })).toBe('done');
      expect(await set(olivia, { criticality: 'low' })).toBe('FORBIDDEN');
      expect(await set(rita, { criticality: 'high' })).toBe('done');
      expect(await set(olivia, { dataClass: 'restricted' })).toBe('done');
      expect(await set(olivia, { dataClass: 'public' })).toBe('FORBIDDEN');
      expect(await set(ada, { dataClass: 'secret' })).toBe('INVALID_INPUT');
      expect(await set(await acme.nobody('norman'), { criticality: 'low' })).toBe('NOT_FOUND');
      expect((await done({ action: 'server.attributes' })).map((one) => one.data)).toEqual([
        {
          from: { criticality: 'medium', dataClass: 'internal' },
          to: { criticality: 'critical', dataClass: 'internal' },
        },
        {
          from: { criticality: 'critical', dataClass: 'internal' },
          to: { criticality: 'high', dataClass: 'internal' },
        },
        { from: { criticality: 'high', dataClass: 'internal' }, to: { criticality: 'high', dataClass: 'restricted' } },
      ]);
    });
  });
});
