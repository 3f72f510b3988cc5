import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { TokenService } from '@rollcall/access';
import { DAY_MS, HOUR_MS, Refusal, type RequestContext } from '@rollcall/kernel';
import {
  type ControlPlane,
  type OrganizationSeed,
  openControlPlane,
  type PersonSeed,
  seed,
  type TeamSeed,
} from '@rollcall/testing';
import { type ApiTokenInput, ApiTokenService, PeopleService, RoleService, TeamService } from '../index.js';

describe('API tokens', () => {
  let plane: ControlPlane;
  let acme: OrganizationSeed;
  let payments: TeamSeed;
  let ada: PersonSeed;
  let olivia: PersonSeed;
  let count = 0;

  const tokens = () => plane.get(ApiTokenService);
  const inDays = (days: number) => new Date(plane.clock.now().getTime() + days * DAY_MS);
  const create = (ctx: RequestContext, more: Partial<ApiTokenInput> = {}) =>
    tokens().create(ctx, { name: 'laptop', scopes: ['*'], expiresAt: inDays(30), ...more });
  const code = (attempt: Promise<unknown>) =>
    attempt.then(
      () => 'done',
      (error: unknown) => (error instanceof Refusal ? error.code : String(error)),
    );
  const who = (token: string) => plane.get(TokenService).authenticate(`Bearer ${token}`, plane.clock);
  const listed = async (by: PersonSeed, where: { principal?: string; ended?: boolean } = {}) =>
    (await tokens().page(by.context(), { first: 50, where })).items;

  beforeAll(async () => {
    plane = await openControlPlane();
  });
  afterAll(() => plane?.close());
  beforeEach(async () => {
    acme = await seed(plane).organization(`acme${++count}`);
    payments = await acme.team('payments');
    ada = await acme.admin('ada');
    olivia = await payments.maintainer('olivia');
    await plane.get(PeopleService).createServiceAccount(ada.context(), { handle: 'pay-ci', team: 'payments' });
  });

  it('are made by people for themselves, shown once, and stored as a digest that never leaves', async () => {
    const norman = await acme.nobody('norman');
    const { token, apiToken } = await create(norman.context(), { scopes: ['*'] });
    expect(await who(token)).toMatchObject({ principal: { handle: 'norman' }, scopes: ['*'] });
    expect(apiToken).toMatchObject({ name: 'laptop', createdBy: norman.id, lastUsedAt: null });
    const seen = JSON.stringify([apiToken, await listed(norman)]);
    expect(seen).not.toContain('sha256');
    for (const part of [token, token.slice(0, 12), token.slice(-6)]) expect(seen).not.toContain(part);
    expect(JSON.stringify(await plane.prisma.auditEvent.findMany(), asText)).not.toContain(token);
  });

  it('of people end, at the latest when the policy says, ninety days by default', async () => {
    expect(await code(create(olivia.context(), { expiresAt: null }))).toBe('EXPIRY_INVALID');
    expect(await code(create(olivia.context(), { expiresAt: inDays(91) }))).toBe('EXPIRY_INVALID');
    expect(await code(create(olivia.context(), { expiresAt: inDays(-1) }))).toBe('EXPIRY_INVALID');
    expect(await code(create(olivia.context(), { expiresAt: inDays(90) }))).toBe('done');
    await plane.prisma.organization.update({ where: { id: acme.id }, data: { policy: { tokenMaxDays: 7 } } });
    expect(await code(create(olivia.context(), { expiresAt: inDays(8) }))).toBe('EXPIRY_INVALID');
    expect(await code(create(olivia.context(), { principal: 'pay-ci', expiresAt: null }))).toBe('EXPIRY_INVALID');
  });

  it('name actions that their owner has somewhere, or * alone', async () => {
    expect(await code(create(olivia.context(), { scopes: ['server.read', 'version.publish'] }))).toBe('done');
    for (const scopes of [[], ['*', 'server.read'], ['server.fly'], ['version.*'], ['audit.read'], ['constructor']]) {
      expect([scopes, await code(create(olivia.context(), { scopes }))]).toEqual([scopes, 'SCOPES_INVALID']);
    }
    // what the maker may do does not count, the owner's rights do
    const forAccount = create(ada.context(), { principal: 'pay-ci', scopes: ['audit.read'] });
    expect(await code(forAccount)).toBe('SCOPES_INVALID');
  });

  it('with scopes make no tokens beyond them', async () => {
    const limited = { ...olivia.context(), scopes: ['token.own', 'server.read'] };
    expect(await code(create(limited, { scopes: ['server.read'] }))).toBe('done');
    expect(await code(create({ ...limited }, { scopes: ['*'] }))).toBe('SCOPES_INVALID');
    expect(await code(create({ ...limited }, { scopes: ['version.publish'] }))).toBe('SCOPES_INVALID');
    const blind = { ...olivia.context(), scopes: ['server.read'] };
    expect(await code(create(blind, { scopes: ['server.read'] }))).toBe('FORBIDDEN');
  });

  it('of a service account are made by maintainers of its team and administrators, not by itself', async () => {
    const account = await plane.prisma.principal.findFirstOrThrow({
      where: { organizationId: acme.id, handle: 'pay-ci' },
    });
    const itself = {
      ...olivia.context(),
      principal: { id: account.id, kind: 'service_account' as const, handle: 'pay-ci' },
    };
    expect(await code(create(itself))).toBe('FORBIDDEN');
    const maintainer = { team: 'payments', principal: 'pay-ci', role: 'maintainer' };
    await plane.get(TeamService).setMember(ada.context(), maintainer);
    expect(await code(create({ ...itself }))).toBe('FORBIDDEN');
    const oscar = await (await acme.team('marketing')).maintainer('oscar');
    const forAccount = { principal: 'pay-ci', expiresAt: null };
    expect(await code(create(oscar.context(), forAccount))).toBe('FORBIDDEN');
    expect(await code(create((await payments.developer('dan')).context(), forAccount))).toBe('FORBIDDEN');
    expect(await code(create(olivia.context(), forAccount))).toBe('done');
    expect(await code(create(ada.context(), forAccount))).toBe('done');
  });

  it('of a service account that is more than a team’s are for administrators only', async () => {
    const marketing = await acme.team('marketing');
    const forAccount = { principal: 'pay-ci', expiresAt: null };
    const member = { team: 'marketing', principal: 'pay-ci', role: 'developer' };
    await marketing.maintainer('oscar');
    await plane.get(TeamService).setMember(ada.context(), member);
    expect(await code(create(olivia.context(), forAccount))).toBe('FORBIDDEN');
    await plane.get(TeamService).removeMember(ada.context(), member);
    expect(await code(create(olivia.context(), forAccount))).toBe('done');
    await plane.get(RoleService).assign(ada.context(), { principal: 'pay-ci', role: 'admin' });
    expect(await code(create(olivia.context(), forAccount))).toBe('FORBIDDEN');
    expect(await listed(olivia, { principal: 'pay-ci' })).toEqual([]);
    expect(await code(create(ada.context(), forAccount))).toBe('done');
  });

  it('let a person in once through an administrator, and for a week at most', async () => {
    await plane.get(PeopleService).createUser(ada.context(), { handle: 'nina', displayName: 'Nina' });
    const first = { principal: 'nina', name: 'first' };
    expect(await code(create(ada.context(), { ...first, expiresAt: inDays(8) }))).toBe('EXPIRY_INVALID');
    expect(await code(create(ada.context(), { ...first, expiresAt: inDays(7) }))).toBe('done');
    expect(await code(create(ada.context(), { ...first, expiresAt: inDays(7) }))).toBe('TOKEN_NOT_YOURS');
    expect(await code(create(olivia.context(), { ...first, expiresAt: inDays(7) }))).toBe('FORBIDDEN');
  });

  it('are replaced with a time of grace, in which both work', async () => {
    const old = await create(olivia.context(), { scopes: ['server.read'] });
    const replaced = await tokens().rotate(olivia.context(), { id: old.apiToken.id, graceSeconds: 3_600 });
    expect(await who(replaced.token)).toMatchObject({ scopes: ['server.read'] });
    expect(await who(old.token)).not.toBeNull();
    plane.clock.advance(HOUR_MS);
    expect(await who(old.token)).toBeNull();
    expect(await who(replaced.token)).not.toBeNull();
    expect(await code(tokens().rotate(olivia.context(), { id: old.apiToken.id }))).toBe('TOKEN_ENDED');
    const now = await tokens().rotate(olivia.context(), { id: replaced.apiToken.id });
    expect(await who(replaced.token)).toBeNull();
    const tooLong = tokens().rotate(olivia.context(), { id: now.apiToken.id, graceSeconds: 86_401 });
    expect(await code(tooLong)).toBe('EXPIRY_INVALID');
  });

  it('are replaced once when it is asked for twice at the same time', async () => {
    const { apiToken } = await create(olivia.context());
    const rotate = () => code(tokens().rotate(olivia.context(), { id: apiToken.id }));
    expect((await Promise.all([rotate(), rotate(), rotate()])).sort()).toEqual(['TOKEN_ENDED', 'TOKEN_ENDED', 'done']);
  });

  it('are not replaced or revoked by somebody whose business they are not', async () => {
    const { apiToken, token } = await create(olivia.context());
    const dan = await payments.developer('dan');
    const mallory = await (await seed(plane).organization(`other${count}`)).admin('mallory');
    for (const by of [dan, mallory]) {
      expect(await code(tokens().rotate(by.context(), { id: apiToken.id }))).toBe('NOT_FOUND');
      expect(await code(tokens().revoke(by.context(), { id: apiToken.id }))).toBe('NOT_FOUND');
    }
    // an administrator ends a leaked token, and does not get one in another's name for it
    expect(await code(tokens().rotate(ada.context(), { id: apiToken.id }))).toBe('TOKEN_NOT_YOURS');
    expect(await code(tokens().revoke(ada.context(), { id: apiToken.id }))).toBe('done');
    expect(await who(token)).toBeNull();
  });

  it('are listed to their owner and to those who manage them, page by page', async () => {
    await create(olivia.context());
    const ended = await create(olivia.context());
    await tokens().revoke(olivia.context(), { id: ended.apiToken.id });
    await create(olivia.context(), { principal: 'pay-ci', name: 'ci' });
    const dan = await payments.developer('dan');
    await create(dan.context(), { name: 'mine' });
    expect((await listed(olivia)).map((one) => one.name)).toEqual(['ci', 'laptop']);
    expect(await listed(olivia, { ended: true })).toHaveLength(3);
    expect((await listed(dan)).map((one) => one.name)).toEqual(['mine']);
    expect(await listed(ada)).toHaveLength(3);
    const one = await tokens().page(ada.context(), { first: 2 });
    const rest = await tokens().page(ada.context(), { first: 2, after: one.next });
    expect([one.items.length, rest.items.length, rest.next]).toEqual([2, 1, null]);
  });
});

const asText = (_key: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);
