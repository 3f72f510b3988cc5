import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { PrincipalKind, RequestContext } from '@rollcall/kernel';
import fc from 'fast-check';
import type { AccessStore } from './access.store.prisma.js';
import {
  ACTIONS,
  AccessService,
  type Action,
  ATTRIBUTES,
  loadAttributeRules,
  loadRoleRules,
  ORGANIZATION_ROLES,
  type RolesOfPrincipal,
  splitAction,
  TEAM_ROLES,
} from './index.js';

const PAGE = new URL('../../../docs/reference/permissions.md', import.meta.url);
const actions = Object.keys(ACTIONS) as Action[];
const ROLE_RULES = loadRoleRules();
const ATTRIBUTE_RULES = loadAttributeRules();

type World = { id: string; scopes?: string[]; kind?: PrincipalKind; organization: string[]; teams: [string, string][] };

function accessOf(world: World): { access: AccessService; ctx: RequestContext } {
  const roles: RolesOfPrincipal = {
    organization: new Set(world.organization),
    teams: new Map(world.teams.map(([team, role]) => [team, new Set([role])])),
  };
  const ctx = {
    principal: { id: world.id, kind: world.kind ?? 'user', handle: world.id },
    organizationId: 'org_1',
    ...(world.scopes ? { scopes: world.scopes } : {}),
  } as unknown as RequestContext;
  return { access: new AccessService({ rolesOf: async () => roles } as unknown as AccessStore), ctx };
}

type Target = { teamId?: string; attributes: { criticality?: string; dataClass?: string; environment?: string } };

/** The whole of it, without an engine. */
function naive(world: World, action: Action, target: Target): boolean {
  const { resource, verb } = splitAction(action);
  if (world.scopes && !world.scopes.includes('*') && !world.scopes.includes(action)) return false;
  const held = [
    ...world.organization.filter((role) => (ORGANIZATION_ROLES as readonly string[]).includes(role)),
    ...world.teams
      .filter(([team, role]) => team === target.teamId && (TEAM_ROLES as readonly string[]).includes(role))
      .map(([, role]) => role),
  ];
  const has = ROLE_RULES.some(
    (rule) => held.includes(rule.role) && ['*', resource].includes(rule.resource) && ['*', verb].includes(rule.verb),
  );
  const { criticality, dataClass, environment } = target.attributes;
  return (
    has &&
    Object.entries({ criticality, data_class: dataClass, environment }).every(([attribute, value]) => {
      const lines = ATTRIBUTE_RULES.filter(
        (one) => one.resource === resource && one.verb === verb && one.attribute === attribute && one.value === value,
      );
      return lines.length === 0 || lines.some((one) => held.includes(one.role));
    })
  );
}

const maybe = (words: readonly string[]) => fc.option(fc.constantFrom(...words), { nil: undefined });
const oddName = fc.oneof(
  fc.constantFrom(
    'caller',
    'admin',
    'role:admin',
    '*',
    'org_1',
    'organization',
    'team',
    'eve, role:admin, organization',
  ),
  fc.string({ minLength: 1, maxLength: 30 }),
);
const worlds = fc.record(
  {
    id: oddName,
    organization: fc.uniqueArray(fc.oneof(fc.constantFrom(...ORGANIZATION_ROLES, ...TEAM_ROLES), oddName), {
      maxLength: 3,
    }),
    teams: fc.uniqueArray(
      fc.tuple(
        fc.oneof(fc.constantFrom('team_1', 'team_2'), oddName),
        fc.oneof(fc.constantFrom(...TEAM_ROLES, 'admin'), oddName),
      ),
      { maxLength: 3, selector: ([team]) => team },
    ),
    scopes: fc.uniqueArray(fc.oneof(fc.constantFrom(...actions), fc.constantFrom('*', 'version.*', '')), {
      maxLength: 3,
    }),
  },
  { requiredKeys: ['id', 'organization', 'teams'] },
);
const targets = fc.record(
  {
    teamId: fc.oneof(fc.constantFrom('team_1', 'team_2', 'org_1'), oddName),
    attributes: fc.record({
      criticality: maybe(ATTRIBUTES['criticality'] ?? []),
      dataClass: maybe(ATTRIBUTES['data_class'] ?? []),
      environment: maybe(ATTRIBUTES['environment'] ?? []),
    }),
  },
  { requiredKeys: ['attributes'] },
);
/** Actions with an attribute rule come up as often as all others together. */
const restricted = [...new Set(ATTRIBUTE_RULES.map((one) => `${one.resource}.${one.verb}` as Action))];
const asked = fc.oneof(fc.constantFrom(...actions), fc.constantFrom(...restricted));

describe('a decision', () => {
  it('is what roles, scopes and attributes say, for whatever names there are', async () => {
    await fc.assert(
      fc.asyncProperty(worlds, asked, targets, async (world, action, target) => {
        const { access, ctx } = accessOf(world as World);
        expect(await access.can(ctx, action, target as Target)).toBe(naive(world as World, action, target as Target));
      }),
      { numRuns: 1_500 },
    );
  });

  it('gives nothing to somebody without a role, whatever they and their teams are called', async () => {
    await fc.assert(
      fc.asyncProperty(oddName, oddName, asked, async (id, team, action) => {
        const { access, ctx } = accessOf({ id, organization: [], teams: [[team, 'nothing']] });
        expect(await access.can(ctx, action, team)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it('names the attribute rule that stands in the way', async () => {
    const { access, ctx } = accessOf({ id: 'olivia', organization: [], teams: [['team_1', 'maintainer']] });
    const promote = (criticality: string) =>
      access.authorize(ctx, 'version.promote', { teamId: 'team_1', attributes: { criticality } });
    await promote('high');
    await expect(promote('critical')).rejects.toMatchObject({
      code: 'FORBIDDEN',
      details: { action: 'version.promote', rule: 'critical_release' },
    });
  });

  it('takes a release approver for critical servers, and lets nobody call a server less critical instead', async () => {
    const critical = { teamId: 'team_1', attributes: { criticality: 'critical' } };
    const approver = accessOf({ id: 'rita', organization: ['release_approver'], teams: [] });
    const maintainer = accessOf({ id: 'olivia', organization: [], teams: [['team_1', 'maintainer']] });
    for (const action of ['version.promote', 'version.decommission', 'server.attributes'] as const) {
      expect([action, await approver.access.can(approver.ctx, action, critical)]).toEqual([action, true]);
      expect([action, await maintainer.access.can(maintainer.ctx, action, critical)]).toEqual([action, false]);
    }
  });

  it('keeps developers out of production and restricted data from everybody but reviewers', async () => {
    const dev = accessOf({ id: 'dan', organization: [], teams: [['team_1', 'developer']] });
    const endpoint = (environment: string) =>
      dev.access.can(dev.ctx, 'endpoint.set', { teamId: 'team_1', attributes: { environment } });
    expect([await endpoint('staging'), await endpoint('production')]).toEqual([true, false]);
    const restrictedData = { teamId: 'team_1', attributes: { dataClass: 'restricted' } };
    const maintainer = accessOf({ id: 'olivia', organization: [], teams: [['team_1', 'maintainer']] });
    expect(await maintainer.access.can(maintainer.ctx, 'grant.create', restrictedData)).toBe(false);
    const reviewer = accessOf({ id: 'riley', organization: ['security_reviewer'], teams: [] });
    expect(await reviewer.access.can(reviewer.ctx, 'grant.create', restrictedData)).toBe(true);
  });

  it('is a fault, and no grant, for an attribute nobody knows', async () => {
    const { access, ctx } = accessOf({ id: 'ada', organization: ['admin'], teams: [] });
    const odd = access.can(ctx, 'version.promote', { attributes: { criticality: 'Critical' } });
    await expect(odd).rejects.toThrow('no criticality');
  });

  it('is limited by the scopes of the credential, for an administrator too', async () => {
    const limited = accessOf({ id: 'ada', organization: ['admin'], teams: [], scopes: ['server.read'] });
    expect(await limited.access.can(limited.ctx, 'server.read')).toBe(true);
    expect(await limited.access.can(limited.ctx, 'role.assign')).toBe(false);
    await expect(limited.access.authorize(limited.ctx, 'role.assign')).rejects.toMatchObject({
      details: { scope: 'role.assign' },
    });
    const none = accessOf({ id: 'ada', organization: ['admin'], teams: [], scopes: [] });
    expect(await none.access.can(none.ctx, 'server.read')).toBe(false);
  });
});

describe('the attribute rules', () => {
  it.each([
    ['r, version, fly, criticality, critical, admin', 'unknown action'],
    ['r, version, promote, weight, critical, admin', 'unknown attribute'],
    ['r, version, promote, criticality, enormous, admin', 'unknown attribute'],
    ['r, version, promote, criticality, critical, wizard', 'unknown role'],
    ['r, version, promote, criticality, critical', 'malformed'],
    ['r, version, promote, criticality, critical, admin, deny', 'malformed'],
    ['r, *, promote, criticality, critical, admin', 'malformed'],
    ['r, version, promote, constructor, name, admin', 'unknown attribute'],
    ['a, version, promote, criticality, low, admin\nb, version, promote, criticality, low, member', 'two rules'],
  ])('are refused as a whole for "%s"', (text, complaint) => {
    expect(() => loadAttributeRules(text)).toThrow(complaint);
  });

  it('name only roles that have the action, so that no line is a promise without effect', () => {
    const holds = (role: string, resource: string, verb: string) =>
      ROLE_RULES.some(
        (rule) => rule.role === role && (rule.resource === '*' || (rule.resource === resource && rule.verb === verb)),
      );
    for (const { role, resource, verb } of ATTRIBUTE_RULES) {
      expect([role, resource, verb, holds(role, resource, verb)]).toEqual([role, resource, verb, true]);
    }
  });
});

describe('the page of permissions', () => {
  it('shows what the files say; `npm run docs` writes it anew', () => {
    const page = permissionsPage();
    if (process.env['DOCS'] === 'write') writeFileSync(PAGE, page);
    expect(readFileSync(PAGE, 'utf8')).toBe(page);
  });
});

function permissionsPage(): string {
  const roles = [...ORGANIZATION_ROLES, ...TEAM_ROLES];
  const cell = (role: string, action: Action) => {
    const { resource, verb } = splitAction(action);
    const rule = ROLE_RULES.some(
      (one) => one.role === role && (one.resource === '*' || (one.resource === resource && one.verb === verb)),
    );
    return rule ? 'yes' : '';
  };
  const narrowed = (action: Action) =>
    [...new Set(ATTRIBUTE_RULES.filter((one) => `${one.resource}.${one.verb}` === action).map((one) => one.rule))]
      .map((rule) => `\`${rule}\``)
      .join(', ');
  const restrictions = [
    ...new Set(
      ATTRIBUTE_RULES.map((one) => [one.rule, `${one.resource}.${one.verb}`, one.attribute, one.value].join(' ')),
    ),
  ].map((text) => {
    const [rule, action, attribute, value] = text.split(' ');
    const may = ATTRIBUTE_RULES.filter(
      (one) => `${one.resource}.${one.verb}` === action && one.attribute === attribute && one.value === value,
    ).map((one) => one.role);
    return `| \`${rule}\` | \`${action}\` | ${attribute} is ${value} | ${may.join(', ')} |`;
  });
  return [
    '# Permissions',
    '',
    'Who may use the api of the control plane. What agents may call at a gateway is policy, and decided elsewhere.',
    'This page is generated from `action.catalogue.ts`, `policy/roles.csv` and `policy/attributes.csv` in `libs/access/src`; a spec fails when it is stale.',
    '',
    `Roles of the whole organization: ${ORGANIZATION_ROLES.join(', ')}. Roles within a team, for what the team owns: ${TEAM_ROLES.join(', ')}.`,
    'Somebody may have several; what one of them allows is allowed. A token with scopes does only the actions it names.',
    'What one may not see is answered as if it did not exist.',
    '',
    `| action | what | ${roles.join(' | ')} | narrowed by |`,
    `|---|---|${roles.map(() => '---|').join('')}---|`,
    ...actions.map(
      (action) =>
        `| \`${action}\` | ${ACTIONS[action]} | ${roles.map((role) => cell(role, action)).join(' | ')} | ${narrowed(action)} |`,
    ),
    '',
    '`token.own` needs no role: every person has it for their own tokens.',
    '',
    '## Attributes narrow',
    '',
    'Beside a role that has the action, what has the attribute takes one of these roles. A refusal names the rule.',
    '',
    '| rule | action | where | one of |',
    '|---|---|---|---|',
    ...restrictions,
    '',
  ].join('\n');
}
