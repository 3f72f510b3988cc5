import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AccessService, TokenService } from '@rollcall/access';
import { MINUTE_MS } from '@rollcall/kernel';
import {
  type ControlPlane,
  type OidcIssuer,
  type OrganizationSeed,
  openControlPlane,
  type PersonSeed,
  seed,
  startOidcIssuer,
  type TeamSeed,
} from '@rollcall/testing';
import { exportSPKI, importJWK, SignJWT } from 'jose';
import { type FederationRuleInput, FederationRuleService, FederationService, PeopleService } from '../index.js';

const CLAIMS = { repository: 'acme/app', ref: 'refs/heads/main' };

describe('federation', () => {
  let plane: ControlPlane;
  let issuer: OidcIssuer;
  let acme: OrganizationSeed;
  let payments: TeamSeed;
  let ada: PersonSeed;
  let rule: { id: string; name: string };
  let count = 0;

  const rules = () => plane.get(FederationRuleService);
  const create = (more: Partial<FederationRuleInput> = {}, by = ada) =>
    rules().create(by.context(), {
      name: 'ci-main',
      issuer: issuer.url,
      audience: 'rollcall',
      claims: [
        { claim: 'repository', matches: 'acme/*' },
        { claim: 'ref', matches: 'refs/heads/main' },
      ],
      principal: 'pipeline',
      scopes: ['server.read', 'version.publish'],
      ...more,
    });
  const exchange = (token: string, more: { rule?: string } = {}) =>
    plane.get(FederationService).exchange({ organizationId: acme.id, token, ...more });
  const seconds = () => Math.floor(plane.clock.now().getTime() / 1000);
  const refused = async (token: string, message: string, code = 'FEDERATION_REFUSED') => {
    await expect(exchange(token)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  };

  beforeAll(async () => {
    plane = await openControlPlane();
    issuer = await startOidcIssuer(() => plane.clock.now());
  });
  afterAll(async () => {
    await issuer?.close();
    await plane?.close();
  });
  beforeEach(async () => {
    // later than any pause between two look-ups of keys
    plane.clock.advance(20 * MINUTE_MS);
    acme = await seed(plane).organization(`acme${++count}`);
    payments = await acme.team('payments');
    ada = await acme.admin('ada');
    const account = { handle: 'pipeline', team: 'payments' };
    await plane.get(PeopleService).createServiceAccount(ada.context(), account);
    rule = await create();
  });

  it.each(['RS256', 'ES256', 'EdDSA'] as const)('takes a token that fits a rule, signed with %s', async (alg) => {
    const account = await exchange(await issuer.sign({ claims: CLAIMS, alg }));
    expect(account).toMatchObject({
      organizationId: acme.id,
      principal: { kind: 'service_account', handle: 'pipeline' },
      scopes: ['server.read', 'version.publish'],
      rule: { id: rule.id, name: 'ci-main' },
    });
    const events = await plane.prisma.auditEvent.findMany({
      where: { organizationId: acme.id, action: 'federation.exchange' },
    });
    expect(events).toMatchObject([{ actorHandle: 'pipeline', subject: 'federation:ci-main' }]);
  });

  it('gives an API token for fifteen minutes, limited to the scopes of the rule', async () => {
    const token = await issuer.sign({ claims: CLAIMS });
    const signedIn = await plane.get(FederationService).signIn({ organizationId: acme.id, token });
    expect(signedIn.expiresAt.getTime() - plane.clock.now().getTime()).toBe(15 * MINUTE_MS);
    const authenticate = () => plane.get(TokenService).authenticate(`Bearer ${signedIn.token}`, plane.clock);
    const owner = await authenticate();
    expect(owner).toMatchObject({ principal: { handle: 'pipeline' }, scopes: ['server.read', 'version.publish'] });
    const ctx = { ...acme.system(), principal: owner?.principal as never, scopes: owner?.scopes ?? [] };
    const access = plane.get(AccessService);
    expect(await access.can(ctx, 'version.publish', payments.id)).toBe(true);
    expect(await access.can(ctx, 'version.submit', payments.id)).toBe(false);
    plane.clock.advance(15 * MINUTE_MS);
    expect(await authenticate()).toBeNull();
  });

  it('refuses claims that no rule has', async () => {
    for (const claims of [
      { ...CLAIMS, repository: 'acme-evil/app' },
      { ...CLAIMS, repository: 'acme/app/more' },
      { ...CLAIMS, ref: 'refs/heads/other' },
      { repository: 'acme/app' },
    ]) {
      await refused(await issuer.sign({ claims }), 'match no rule');
    }
  });

  it('refuses another audience, and a token that is for us among others', async () => {
    await refused(await issuer.sign({ claims: CLAIMS, audience: 'elsewhere' }), 'another audience');
    await refused(await issuer.sign({ claims: CLAIMS, audience: ['rollcall', 'elsewhere'] }), 'another audience');
    expect(await exchange(await issuer.sign({ claims: CLAIMS, audience: ['rollcall'] }))).toBeDefined();
  });

  it('asks no issuer that no rule names', async () => {
    const stranger = await startOidcIssuer(() => plane.clock.now());
    await refused(await stranger.sign({ claims: CLAIMS }), 'no rule of the organization names its issuer');
    expect(stranger.requests).toEqual({ discovery: 0, keys: 0 });
    await stranger.close();
  });

  it('refuses a token that a stranger signed in the name of the issuer', async () => {
    const stranger = await startOidcIssuer(() => plane.clock.now());
    const [header = '', , signature = ''] = (await stranger.sign({ claims: CLAIMS })).split('.');
    const [, payload = ''] = (await issuer.sign({ claims: CLAIMS })).split('.');
    await refused([header, payload, signature].join('.'), 'signature');
    await stranger.close();
  });

  it('refuses what is over, not yet valid, from the future, without an end or valid for days', async () => {
    const now = seconds();
    const refuses = async (times: Parameters<OidcIssuer['sign']>[0], message: string) =>
      refused(await issuer.sign({ claims: CLAIMS, ...times }), message);
    await refuses({ issuedAt: now - 600, expiresAt: now - 61 }, 'expired');
    await refuses({ notBefore: now + 120 }, 'not valid yet');
    await refuses({ issuedAt: now + 120 }, 'not valid yet');
    await refuses({ expiresAt: null }, '"exp"');
    await refuses({ expiresAt: now + 3 * 86_400 }, 'more than a day');
    // a minute of difference between two clocks is forgiven
    const late = await issuer.sign({ claims: CLAIMS, issuedAt: now - 300, expiresAt: now - 30 });
    expect(await exchange(late)).toBeDefined();
  });

  it('refuses a token without a signature', async () => {
    const [, payload = ''] = (await issuer.sign({ claims: CLAIMS })).split('.');
    const header = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
    await refused(`${header}.${payload}.`, 'not');
    await refused(`${header}.${payload}`, 'not a signed JWT');
    await refused('nonsense', 'not a signed JWT');
    await refused(`a.${'x'.repeat(20_000)}.b`, 'not a signed JWT');
  });

  it("refuses HS256 with the issuer's public key as the secret", async () => {
    const jwk = issuer.publicKeys().find((key) => key.alg === 'RS256') ?? {};
    const secrets = [await exportSPKI((await importJWK(jwk, 'RS256')) as never), JSON.stringify(jwk), String(jwk.n)];
    for (const secret of secrets) {
      const forged = new SignJWT({ ...CLAIMS, sub: 'x' })
        .setProtectedHeader({ alg: 'HS256', kid: jwk.kid ?? '' })
        .setIssuer(issuer.url)
        .setAudience('rollcall')
        .setIssuedAt(seconds())
        .setExpirationTime(seconds() + 60);
      await refused(await forged.sign(new TextEncoder().encode(secret)), 'algorithm');
    }
  });

  it('takes a token once, by its jti and by what was signed', async () => {
    const plain = await issuer.sign({ claims: CLAIMS });
    await exchange(plain);
    await refused(plain, 'used before');
    // the last character of a signature has bits that mean nothing: another text, the same token
    await refused(sameSignatureWrittenOtherwise(plain), '');
    const first = await issuer.sign({ claims: { ...CLAIMS, jti: 'once' } });
    const again = await issuer.sign({ claims: { ...CLAIMS, jti: 'once', run: 2 } });
    await exchange(first);
    await refused(again, 'used before');
  });

  it('takes one of two exchanges of the same token at the same time', async () => {
    const token = await issuer.sign({ claims: CLAIMS });
    const outcomes = await Promise.allSettled([exchange(token), exchange(token), exchange(token)]);
    expect(outcomes.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
  });

  it('forgets a used token only after it has expired', async () => {
    await exchange(await issuer.sign({ claims: CLAIMS }));
    plane.clock.advance(30 * MINUTE_MS);
    await exchange(await issuer.sign({ claims: CLAIMS }));
    expect(await plane.prisma.federationUse.count({ where: { organizationId: acme.id } })).toBe(1);
  });

  it('finds new keys of the issuer, and looks for unknown ones at most once a minute', async () => {
    await exchange(await issuer.sign({ claims: CLAIMS }));
    const before = issuer.requests.keys;
    await issuer.rotate();
    const rotated = await issuer.sign({ claims: CLAIMS });
    await refused(rotated, 'signature');
    expect(issuer.requests.keys).toBe(before);
    plane.clock.advance(61_000);
    expect(await exchange(await issuer.sign({ claims: CLAIMS }))).toBeDefined();
    expect(issuer.requests.keys).toBe(before + 1);
    const stranger = await startOidcIssuer(() => plane.clock.now());
    await stranger.rotate();
    const [header = '', , signature = ''] = (await stranger.sign({ claims: CLAIMS })).split('.');
    const unknown = Buffer.from(header, 'base64url').toString().replace('-2', '-99');
    for (let attempt = 0; attempt < 5; attempt++) {
      const [, payload = ''] = (await issuer.sign({ claims: CLAIMS })).split('.');
      await refused([Buffer.from(unknown).toString('base64url'), payload, signature].join('.'), 'signature');
    }
    expect(issuer.requests.keys).toBe(before + 1);
    await stranger.close();
  });

  it('does not trust a discovery document that names another issuer, or keys elsewhere without https', async () => {
    for (const wrong of [{ issuer: 'https://other.example' }, { jwks_uri: 'http://127.0.0.2:1/keys' }]) {
      plane.clock.advance(20 * MINUTE_MS);
      Object.assign(issuer.discovery, wrong);
      await refused(await issuer.sign({ claims: CLAIMS }), 'cannot be had', 'ISSUER_UNAVAILABLE');
      for (const name of Object.keys(wrong)) delete issuer.discovery[name];
    }
  });

  it('takes nothing more once the rule is revoked, and the name is free again', async () => {
    await rules().revoke(ada.context(), { id: rule.id });
    await refused(await issuer.sign({ claims: CLAIMS }), 'no rule');
    await create();
    expect(await exchange(await issuer.sign({ claims: CLAIMS }))).toBeDefined();
    expect(await rules().list(ada.context())).toHaveLength(2);
  });

  it('takes nothing for a service account that is disabled', async () => {
    const second = { handle: 'human', displayName: 'Somebody else' };
    await plane.get(PeopleService).createUser(ada.context(), second);
    await payments.maintainer('olivia');
    await plane.get(PeopleService).disable(ada.context(), { principal: 'pipeline', reason: 'leaked' });
    await refused(await issuer.sign({ claims: CLAIMS }), 'disabled');
  });

  it('does not choose between two rules that match', async () => {
    const narrow = [{ claim: 'repository', matches: 'acme/app' }];
    await create({ name: 'second', claims: narrow });
    const token = await issuer.sign({ claims: CLAIMS });
    await refused(token, 'both match');
    expect(await exchange(token, { rule: 'second' })).toMatchObject({ rule: { name: 'second' } });
  });

  it('knows no rule of another organization', async () => {
    const other = await seed(plane).organization(`other${count}`);
    const token = await issuer.sign({ claims: CLAIMS });
    const elsewhere = plane.get(FederationService).exchange({ organizationId: other.id, token });
    await expect(elsewhere).rejects.toMatchObject({ code: 'FEDERATION_REFUSED' });
    const mallory = await other.admin('mallory');
    await expect(create({}, mallory)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(rules().revoke(mallory.context(), { id: rule.id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  describe('a rule', () => {
    const github = 'https://token.actions.githubusercontent.com';
    it.each<[string, Partial<FederationRuleInput>]>([
      ['any repository', { issuer: github, claims: [{ claim: 'ref', matches: 'refs/heads/main' }] }],
      ['no claim', { claims: [] }],
      ['the audience as a claim', { claims: [{ claim: 'aud', matches: 'rollcall' }] }],
      [
        'a claim twice',
        {
          claims: [
            { claim: 'a', matches: 'b' },
            { claim: 'a', matches: 'c' },
          ],
        },
      ],
      ['plain http', { issuer: 'http://issuer.example' }],
      ['a URL with a user', { issuer: 'https://a:b@issuer.example' }],
      ['a person', { principal: 'ada' }],
      ['no audience', { audience: '' }],
    ])('is not made for %s', async (_what, more) => {
      await expect(create({ name: 'other', ...more })).rejects.toMatchObject({ code: 'FEDERATION_RULE_INVALID' });
    });

    it('is made by administrators only, under a free name, and never edited', async () => {
      const olivia = await payments.maintainer('olivia');
      await expect(create({ name: 'mine' }, olivia)).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await expect(create()).rejects.toMatchObject({ code: 'NAME_TAKEN' });
      const edit = plane.prisma.federationRule.update({ where: { id: rule.id }, data: { audience: 'x' } });
      await expect(edit).rejects.toThrow();
      await rules().revoke(ada.context(), { id: rule.id });
      const unrevoke = plane.prisma.federationRule.update({ where: { id: rule.id }, data: { revokedAt: null } });
      await expect(unrevoke).rejects.toThrow();
    });
  });
});

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** An RS256 signature has 256 bytes: the lowest four bits of its last base64url digit are padding. */
function sameSignatureWrittenOtherwise(token: string): string {
  const last = DIGITS.indexOf(token.at(-1) ?? '');
  return token.slice(0, -1) + DIGITS.charAt(last ^ 1);
}
