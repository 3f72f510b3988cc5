import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DAY_MS } from '@rollcall/kernel';
import { TransactionRunner } from '@rollcall/persistence';
import { type ControlPlane, type OrganizationSeed, openControlPlane, type PersonSeed, seed } from '@rollcall/testing';
import {
  ACTIONS,
  AccessService,
  type Action,
  buildEnforcer,
  loadRoleRules,
  ORGANIZATION_ROLES,
  type OrganizationPlan,
  OrganizationSetup,
  Runtime,
  splitAction,
  TEAM_ROLES,
  TokenService,
  tokenDigest,
} from './index.js';

describe('the roles file', () => {
  it('is valid in every line, and gives every role something', () => {
    const rules = loadRoleRules();
    expect(new Set(rules.map((rule) => rule.role))).toEqual(new Set([...ORGANIZATION_ROLES, ...TEAM_ROLES]));
  });

  it('gives every action to somebody, and only named actions beside the wildcard of administrators', () => {
    const rules = loadRoleRules();
    for (const action of Object.keys(ACTIONS) as Action[]) {
      const { resource, verb } = splitAction(action);
      const holders = rules.filter(
        (rule) => [resource, '*'].includes(rule.resource) && [verb, '*'].includes(rule.verb),
      );
      expect([action, holders.length > 0]).toEqual([action, true]);
    }
    expect(rules.filter((rule) => rule.resource === '*' || rule.verb === '*')).toEqual([
      { role: 'admin', resource: '*', verb: '*' },
    ]);
  });

  it.each([
    ['developer, version, fly', 'unknown action'],
    ['developer, versions, publish', 'unknown action'],
    ['wizard, version, publish', 'unknown role'],
    ['developer, version', 'malformed'],
    ['developer, version, publish, deny', 'malformed'],
    ['developer; version; publish', 'malformed'],
    ['developer, toString, call', 'malformed'],
  ])('is refused as a whole for the line "%s"', (line, complaint) => {
    expect(() => loadRoleRules(`admin, *, *\n${line}\n`)).toThrow(complaint);
  });

  it('keeps what only some may do with those', () => {
    const holders = (action: Action) => {
      const { resource, verb } = splitAction(action);
      return loadRoleRules()
        .filter((rule) => rule.resource === resource && rule.verb === verb)
        .map((rule) => rule.role);
    };
    expect(holders('version.override')).toEqual([]);
    expect(holders('namespace.claim')).toEqual([]);
    expect(holders('gateway.enroll')).toEqual([]);
    expect(holders('version.review')).toEqual(['security_reviewer']);
    expect(holders('version.quarantine')).toEqual(['security_reviewer']);
    expect(holders('exception.grant')).toEqual(['security_reviewer']);
    expect(holders('bundle.pull')).toEqual(['gateway']);
    expect(holders('audit.read')).toEqual(['security_reviewer', 'auditor']);
  });
});

describe('an enforcer', () => {
  it.each(['eve, admin, org_1', 'eve\np, eve, *, *', 'eve"', 'admin', '*', 'g, eve, admin, org_1'])(
    'grants nothing to a principal called %j',
    async (id) => {
      const enforcer = await buildEnforcer([{ principalId: id, role: 'auditor', domain: 'org_1' }]);
      expect(await enforcer.enforce(id, 'org_1', 'audit', 'read')).toBe(true);
      for (const subject of [id, 'eve', 'p']) {
        expect(await enforcer.enforce(subject, 'org_1', 'version', 'publish')).toBe(false);
      }
    },
  );

  it('does not take a role in one domain for a role in another', async () => {
    const enforcer = await buildEnforcer([{ principalId: 'prn_1', role: 'maintainer', domain: 'team_1' }]);
    expect(await enforcer.enforce('prn_1', 'team_1', 'version', 'publish')).toBe(true);
    expect(await enforcer.enforce('prn_1', 'team_2', 'version', 'publish')).toBe(false);
    expect(await enforcer.enforce('prn_1', 'org_1', 'version', 'publish')).toBe(false);
  });
});

describe('access in a database', () => {
  let plane: ControlPlane;
  let acme: OrganizationSeed;
  let other: OrganizationSeed;
  let olivia: PersonSeed;
  let teamId: string;
  const can = (who: PersonSeed, action: Action, team?: string) =>
    plane.get(AccessService).can(who.context(), action, team);

  beforeAll(async () => {
    plane = await openControlPlane();
    acme = await seed(plane).organization('acme');
    other = await seed(plane).organization('other');
    const payments = await acme.team('payments');
    teamId = payments.id;
    olivia = await payments.maintainer('olivia');
  });
  afterAll(() => plane?.close());

  it('gives a team role in that team only', async () => {
    const marketing = await acme.team('marketing');
    expect(await can(olivia, 'version.promote', teamId)).toBe(true);
    expect(await can(olivia, 'version.promote', marketing.id)).toBe(false);
    expect(await can(olivia, 'version.promote')).toBe(false);
    expect(await plane.get(AccessService).visibility(olivia.context(), 'server.read')).toEqual({
      all: false,
      teamIds: [teamId],
    });
  });

  it('gives an organization role in every team, and in no other organization', async () => {
    const riley = await acme.reviewer('riley');
    expect(await can(riley, 'version.review', teamId)).toBe(true);
    const abroad = { ...riley.context(), organizationId: other.id };
    expect(await plane.get(AccessService).can(abroad, 'version.review', teamId)).toBe(false);
    expect(await plane.get(AccessService).can(abroad, 'server.read')).toBe(false);
  });

  it('takes a role away with the next request', async () => {
    const ada = await acme.admin('ada');
    expect(await can(ada, 'audit.read')).toBe(true);
    await plane.prisma.roleAssignment.deleteMany({ where: { principalId: ada.id } });
    expect(await can(ada, 'audit.read')).toBe(false);
  });

  it('refuses with FORBIDDEN and names the action', async () => {
    const nobody = await acme.nobody('norman');
    const refused = plane.get(AccessService).authorize(nobody.context(), 'audit.read');
    await expect(refused).rejects.toMatchObject({ code: 'FORBIDDEN', details: { action: 'audit.read' } });
  });

  describe('a token', () => {
    const who = (token: string) => plane.get(TokenService).authenticate(`Bearer ${token}`, plane.clock);
    const issue = (expiresAt?: Date) =>
      plane.get(TransactionRunner).run((tx) =>
        plane.get(TokenService).issue(tx, plane.get(Runtime), {
          organizationId: acme.id,
          principalId: olivia.id,
          name: 'laptop',
          ...(expiresAt ? { expiresAt } : {}),
        }),
      );

    it('finds its owner, and is stored as its SHA-256 only', async () => {
      const token = await issue();
      expect(await who(token)).toMatchObject({ organizationId: acme.id, principal: { handle: 'olivia' } });
      const rows = await plane.prisma.apiToken.findMany();
      expect(rows.map((row) => row.sha256)).toContain(tokenDigest(token));
      expect(JSON.stringify(rows)).not.toContain(token);
    });

    it('is nobody once it is revoked', async () => {
      const token = await issue();
      const key = { organizationId: acme.id, principalId: olivia.id, name: 'laptop' };
      await plane.get(TransactionRunner).run((tx) => plane.get(TokenService).revoke(tx, plane.clock, key));
      expect(await who(token)).toBeNull();
    });

    it('is nobody from the moment it expires', async () => {
      const token = await issue(new Date(plane.clock.now().getTime() + DAY_MS));
      expect(await who(token)).not.toBeNull();
      plane.clock.advance(DAY_MS);
      expect(await who(token)).toBeNull();
    });

    it.each([
      undefined,
      '',
      'Bearer',
      'Bearer ',
      'Bearer rcl_short',
      `Basic rcl_${'a'.repeat(43)}`,
      `Bearer rcl_${'a'.repeat(43)}`,
      `Bearer rcl_${'a'.repeat(44)}`,
      `Bearer xxx_${'a'.repeat(43)}`,
      `Bearer rcl_${'a'.repeat(43)} rcl_${'a'.repeat(43)}`,
    ])('is not seen in the header %j', async (header) => {
      expect(await plane.get(TokenService).authenticate(header, plane.clock)).toBeNull();
    });
  });

  it('does not set up a second organization in an installation', async () => {
    const plan = { slug: 'third', name: 'Third', teams: [], principals: [], environments: [] };
    const refused = plane.get(OrganizationSetup).apply(plane.get(Runtime), plan);
    await expect(refused).rejects.toMatchObject({ code: 'OTHER_ORGANIZATION' });
  });

  it('sets up a further organization with its first administrator when that is asked for, and then knows both', async () => {
    const plan: OrganizationPlan = {
      slug: 'tenant',
      name: 'Tenant',
      teams: [],
      principals: [{ handle: 'admin', displayName: 'Administrator', kind: 'user', role: 'admin' }],
      environments: [{ name: 'production', kind: 'production' }],
    };
    const setup = plane.get(OrganizationSetup);
    const made = await setup.apply(plane.get(Runtime), plan, { further: true });
    const owner = await plane.get(TokenService).authenticate(`Bearer ${made.tokens['admin']}`, plane.clock);
    expect(owner).toMatchObject({ organizationId: made.organizationId, principal: { handle: 'admin' } });
    // started again, an installation with several organizations finds the one it was started for
    expect(await setup.apply(plane.get(Runtime), plan)).toMatchObject({ created: false, tokens: {} });
  });
});
