import { statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Runtime, TokenService } from '@rollcall/access';
import { TransactionRunner } from '@rollcall/persistence';
import { RegistryService } from '@rollcall/registry';
import {
  type ControlPlane,
  type HttpHost,
  type OrganizationSeed,
  openControlPlane,
  seed,
  startRawHttpServer,
} from '@rollcall/testing';
import { AccountExchange, ExchangeOffers } from './account-exchange.service.js';
import { RegistryTokens } from './registry-tokens.service.js';
import { openTokenKey, TokenKeyLocation } from './token-key.file.js';

describe('exchanging an access token of a code host', () => {
  let plane: ControlPlane;
  let acme: OrganizationSeed;
  let host: HttpHost;
  let answers: Record<string, { status?: number; body: unknown }>;

  const exchange = (token = 'gho_good') =>
    plane.get(AccountExchange).exchangeAccessToken({ organizationId: acme.id, requestId: 'req_1' }, token);
  const membership = (login: string, role: string, state = 'active') => ({ state, role, organization: { login } });
  const claim = (name: string, team: string) =>
    plane.get(RegistryService).claimNamespace(plane.get(Runtime).systemContext(acme.id), { name, team });

  beforeAll(async () => {
    host = await startRawHttpServer(({ path: at, headers }, response) => {
      const good = headers.authorization === 'Bearer gho_good';
      const { status = 200, body } = good ? (answers[at] ?? { status: 404, body: {} }) : { status: 401, body: {} };
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    plane = await openControlPlane({ proofs: { offers: new ExchangeOffers(host.origin, false) } });
    acme = await seed(plane).organization('acme');
    for (const team of ['mine', 'theirs', 'third']) await acme.team(team);
    await claim('io.github.olivia', 'mine');
    await claim('io.github.acme-org', 'theirs');
    await claim('io.github.visited', 'third');
  });
  afterAll(async () => {
    await Promise.all([plane?.close(), host?.close()]);
  });

  it('gives the names of the user and of organizations they administer', async () => {
    answers = {
      '/user': { body: { login: 'Olivia' } },
      '/user/memberships/orgs?state=active&per_page=100': {
        body: [
          membership('acme-org', 'admin'),
          membership('visited', 'member'),
          membership('left', 'admin', 'pending'),
        ],
      },
    };
    const { registry_token } = await exchange();
    const caller = await plane.get(RegistryTokens).verify(registry_token);
    expect(caller?.principal.handle).toBe('github:olivia');
    expect(caller?.serverNames).toEqual(['io.github.Olivia/*', 'io.github.olivia/*', 'io.github.acme-org/*']);
    const teams = await plane.prisma.teamMember.findMany({
      where: { principalId: caller?.principal.id ?? '' },
      include: { team: true },
    });
    expect(teams.map((row) => row.team.slug).sort()).toEqual(['mine', 'theirs']);
    expect((await plane.prisma.namespace.findFirstOrThrow({ where: { name: 'io.github.olivia' } })).proof).toBe(
      'github',
    );
  });

  it('revokes API tokens that somebody made for the account', async () => {
    const account = await plane.prisma.principal.findFirstOrThrow({ where: { handle: 'github:olivia' } });
    const runtime = plane.get(Runtime);
    const key = { organizationId: acme.id, principalId: account.id, name: 'grows' };
    const token = await plane.get(TransactionRunner).run((tx) => plane.get(TokenService).issue(tx, runtime, key));
    const known = () => plane.get(TokenService).authenticate(`Bearer ${token}`, plane.clock);
    expect(await known()).not.toBeNull();
    await exchange();
    expect(await known()).toBeNull();
  });

  it.each<[string, Record<string, { status?: number; body: unknown }>]>([
    ['a redirect', { '/user': { status: 302, body: {} } }],
    ['a fault', { '/user': { status: 500, body: {} } }],
    ['another shape', { '/user': { body: { login: '../x' } } }],
    ['no organizations', { '/user': { body: { login: 'olivia' } } }],
  ])('refuses %s in place of an answer', async (_what, given) => {
    answers = given;
    await expect(exchange()).rejects.toMatchObject({ code: 'PROOF_FAILED' });
  });

  it('refuses a token the host does not know, and one that is no header value', async () => {
    await expect(exchange('gho_bad')).rejects.toMatchObject({ code: 'PROOF_FAILED' });
    for (const token of ['a\r\nx: y', 'ü', '']) {
      await expect(exchange(token)).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
    }
  });
});

describe('the key of registry tokens', () => {
  let plane: ControlPlane;
  beforeAll(async () => {
    plane = await openControlPlane();
  });
  afterAll(() => plane?.close());
  const publicOf = (location: TokenKeyLocation) =>
    openTokenKey(location).publicKey.export({ format: 'der', type: 'spki' }).toString('hex');

  it('is made once, readable by its owner only', () => {
    const location = new TokenKeyLocation(plane.keysDir);
    expect(publicOf(location)).toBe(publicOf(location));
    expect(statSync(path.join(plane.keysDir, 'registry-token.key')).mode & 0o777).toBe(0o600);
  });

  it('is encrypted with a passphrase, and opened with no other', () => {
    const dir = path.join(plane.keysDir, 'sealed');
    expect(publicOf(new TokenKeyLocation(dir, 'correct horse'))).toBe(
      publicOf(new TokenKeyLocation(dir, 'correct horse')),
    );
    for (const wrong of [undefined, 'wrong horse']) {
      expect(() => openTokenKey(new TokenKeyLocation(dir, wrong))).toThrow('cannot be opened');
    }
  });

  it('is refused without a word of what is in the file', () => {
    const file = path.join(plane.keysDir, 'registry-token.key');
    writeFileSync(file, 'swordfish');
    expect(() => openTokenKey(new TokenKeyLocation(plane.keysDir))).toThrow(
      expect.objectContaining({ code: 'TOKEN_KEY_UNREADABLE', message: expect.not.stringContaining('swordfish') }),
    );
  });
});
