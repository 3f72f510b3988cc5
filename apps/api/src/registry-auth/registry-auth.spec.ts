import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ProofNetwork, RegistryTokens } from '@rollcall/proofs';
import {
  certificateAuthority,
  type DnsZone,
  ecdsaPublisher,
  ed25519Publisher,
  manifestOf,
  mirrored,
  type OrganizationSeed,
  type PublisherKey,
  type RunningDnsServer,
  seed,
  startDnsServer,
  startHttpsServer,
} from '@rollcall/testing';
import { decodeJwt, decodeProtectedHeader, SignJWT, UnsecuredJWT } from 'jose';
import { type RunningApi, startApi } from '../../test/running-api.js';

type Answer = { status: number; body: Record<string, string> & { expires_at?: number } };

const WEB = 'web.example.com';

describe('the token exchange', () => {
  let api: RunningApi;
  let acme: OrganizationSeed;
  let dns: RunningDnsServer;
  let web: { port: number; close(): Promise<void> };
  let document: () => { status?: number; headers?: Record<string, string>; body: string };
  const key = ed25519Publisher();
  const zone: DnsZone = {};

  const post = async (at: string, body?: object): Promise<Answer> => {
    const init = body
      ? { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
      : { method: 'POST' };
    const response = await api.fetch(at, null, init);
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  };
  const now = (ms = 0) => new Date(api.clock.now().getTime() + ms).toISOString().replace('.000Z', 'Z');
  const signed = (domain: string, by: PublisherKey = key, timestamp = now()) => ({
    domain,
    timestamp,
    signed_timestamp: by.sign(timestamp),
  });
  const claim = async (name: string, team: string) => {
    const ada = await acme.admin(`ada-${name}`);
    const query = 'mutation ($input: NamespaceClaimInput!) { namespaceClaim(input: $input) { errors { code } } }';
    const answer = await api.query(await ada.token(), query, { input: { name, team } });
    expect(answer.data).toMatchObject({ namespaceClaim: { errors: [] } });
  };
  const namespace = (name: string) => api.prisma.namespace.findFirstOrThrow({ where: { name } });

  beforeAll(async () => {
    dns = await startDnsServer(zone);
    const authority = certificateAuthority();
    web = await startHttpsServer(authority.issue([WEB]), (request, response) => {
      const { status = 200, headers = {}, body } = document();
      response.writeHead(request.url === '/.well-known/mcp-registry-auth' ? status : 404, headers).end(body);
    });
    const policy = { allowPrivate: ['127.0.0.0/8'] };
    const settings = { policy, dnsServers: [dns.server], ca: authority.ca, httpsPort: web.port };
    api = await startApi({ proofs: { network: new ProofNetwork(settings) } });
    acme = await seed(api).organization('acme');
    for (const team of ['payments', 'identity']) await (await acme.team(team)).maintainer(`head-of-${team}`);
    await acme.team('lonely');
    await claim('com.example', 'payments');
    await claim('com.example.sso', 'identity');
    await claim('com.example.web', 'payments');
  });
  afterAll(async () => {
    await Promise.all([api?.close(), dns?.close(), web?.close()]);
  });
  beforeEach(() => {
    for (const name of Object.keys(zone)) delete zone[name];
    zone['example.com'] = { txt: ['v=spf1 -all', key.record] };
    zone[WEB] = { a: ['127.0.0.1'] };
    document = () => ({ body: `${key.record}\n` });
    api.clock.advance(60_000);
  });

  it('gives whoever holds the key in the TXT record a token for the namespace and all below it', async () => {
    const { status, body } = await post('/v0.1/auth/dns', signed('example.com'));
    expect([status, body]).toEqual([200, { registry_token: expect.any(String), expires_at: expect.any(Number) }]);
    expect(body.expires_at).toBe(api.clock.now().getTime() / 1000 + 300);
    const token = body['registry_token'] ?? '';
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'EdDSA' });
    expect(decodeJwt(token)).toMatchObject({
      auth_method: 'dns',
      auth_method_sub: 'example.com',
      permissions: [
        { action: 'publish', resource: 'com.example/*' },
        { action: 'publish', resource: 'com.example.*' },
      ],
    });
    const caller = await api.get(RegistryTokens).verify(token);
    expect(caller).toMatchObject({
      organizationId: acme.id,
      principal: { kind: 'service_account', handle: 'dns:example.com' },
      serverNames: ['com.example/*', 'com.example.*'],
    });
    const teams = await api.prisma.teamMember.findMany({ where: { principalId: caller?.principal.id ?? '' } });
    expect(teams.map((row) => row.role)).toEqual(['developer', 'developer']);
    const proved = { proof: 'dns', provedAt: api.clock.now(), proofDetail: { domain: 'example.com' } };
    expect(await namespace('com.example')).toMatchObject(proved);
    expect(await namespace('com.example.sso')).toMatchObject(proved);
    const actions = await api.prisma.auditEvent.findMany({ where: { actorHandle: 'dns:example.com' } });
    expect(actions.map((event) => event.action)).toEqual(
      expect.arrayContaining(['namespace.prove', 'registry_token.issue']),
    );
  });

  it('takes a P-384 key, uses the same account again, and answers under /v0 and the base of the organization', async () => {
    const strong = ecdsaPublisher();
    zone['example.com'] = { txt: [key.record, strong.record] };
    const ids = new Set<string | undefined>();
    for (const at of ['/v0/auth/dns', '/o/acme/v0.1/auth/dns', '/o/acme/v0/auth/dns']) {
      api.clock.advance(1_000);
      const { status, body } = await post(at, signed('Example.COM', strong));
      expect([at, status]).toEqual([at, 200]);
      ids.add((await api.get(RegistryTokens).verify(body['registry_token'] ?? ''))?.principal.id);
    }
    expect(ids.size).toBe(1);
  });

  it('gives whoever holds the key of the well-known document a token for the namespace alone', async () => {
    const { status, body } = await post('/v0.1/auth/http', signed(WEB));
    expect(status).toBe(200);
    const caller = await api.get(RegistryTokens).verify(body['registry_token'] ?? '');
    expect(caller).toMatchObject({
      principal: { handle: `http:${WEB}` },
      serverNames: ['com.example.web/*'],
    });
    expect((await namespace('com.example.web')).proof).toBe('http');
  });

  it.each(['dns', 'http'])('takes a proof by %s once', async (method) => {
    const proof = signed(method === 'dns' ? 'example.com' : WEB);
    expect((await post(`/v0.1/auth/${method}`, proof)).status).toBe(200);
    const { status, body } = await post(`/v0.1/auth/${method}`, proof);
    expect([status, body['code'], body['detail']]).toEqual([
      401,
      'PROOF_FAILED',
      expect.stringContaining('used before'),
    ]);
  });

  it('takes neither another spelling nor the second signature of an ECDSA proof for a new one', async () => {
    const strong = ecdsaPublisher();
    zone['example.com'] = { txt: [strong.record] };
    const proof = signed('example.com', strong);
    expect((await post('/v0.1/auth/dns', proof)).status).toBe(200);
    const variants = [
      { ...proof, signed_timestamp: mirrored(proof.signed_timestamp) },
      { ...proof, signed_timestamp: proof.signed_timestamp.toUpperCase() },
      { ...proof, domain: 'EXAMPLE.com' },
    ];
    for (const variant of variants) expect((await post('/v0.1/auth/dns', variant)).status).toBe(401);
  });

  it('counts a proof once also when two come at the same time', async () => {
    const proof = signed('example.com');
    const answers = await Promise.all([1, 2, 3].map(() => post('/v0.1/auth/dns', proof)));
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 401, 401]);
  });

  it.each([
    [-16_000, 401],
    [-15_000, 200],
    [15_000, 200],
    [16_000, 401],
  ])('judges a clock that is %d ms off: %d', async (skew, status) => {
    expect((await post('/v0.1/auth/dns', signed('example.com', key, now(skew)))).status).toBe(status);
  });

  it('names the keys it found when the signature fits none, and nothing of the network when there are none', async () => {
    const wrong = await post('/v0.1/auth/dns', signed('example.com', ed25519Publisher()));
    expect([wrong.status, wrong.body['detail']]).toEqual([401, expect.stringMatching(/ed25519:[0-9a-f]{16}/)]);
    const unknown = await post('/v0.1/auth/dns', signed('nowhere.example'));
    const silent = await post('/v0.1/auth/http', signed('nowhere.example'));
    expect([unknown.status, silent.status]).toEqual([401, 401]);
    expect([unknown.body['detail'], silent.body['detail']]).toEqual([
      'No key was found in the TXT records of nowhere.example.',
      'No key was found in https://nowhere.example/.well-known/mcp-registry-auth.',
    ]);
  });

  it('tells only whoever proved a domain that nobody here owns its namespace', async () => {
    zone['stranger.example'] = { txt: [key.record] };
    const proved = await post('/v0.1/auth/dns', signed('stranger.example'));
    expect([proved.status, proved.body['code'], proved.body['nextStep']]).toEqual([
      403,
      'NAMESPACE_UNCLAIMED',
      expect.stringContaining('administrator'),
    ]);
    expect(await api.prisma.proofAccount.count({ where: { subject: 'stranger.example' } })).toBe(0);
  });

  it.each<[string, () => ReturnType<typeof document>]>([
    ['a redirect', () => ({ status: 302, headers: { location: `https://${WEB}/x` }, body: '' })],
    ['an error page with the record', () => ({ status: 404, body: key.record })],
    ['more than 4096 bytes', () => ({ body: `${key.record}\n${'x'.repeat(4_096)}` })],
    ['a compressed answer', () => ({ headers: { 'content-encoding': 'gzip' }, body: key.record })],
  ])('reads no well-known document from %s', async (_what, answer) => {
    document = answer;
    expect((await post('/v0.1/auth/http', signed(WEB))).status).toBe(401);
  });

  it('dials no address that the network policy does not allow', async () => {
    for (const address of ['10.0.0.1', '169.254.169.254', '100.64.0.1', '0.0.0.0']) {
      zone[WEB] = { a: [address] };
      api.clock.advance(1_000);
      expect((await post('/v0.1/auth/http', signed(WEB))).status).toBe(401);
    }
  });

  it('trusts no certificate of another name', async () => {
    zone['other.example.com'] = { a: ['127.0.0.1'] };
    expect((await post('/v0.1/auth/http', signed('other.example.com'))).status).toBe(401);
  });

  it.each([
    {},
    { domain: 'example.com' },
    { domain: '127.0.0.1', timestamp: 'x', signed_timestamp: 'ab' },
    { domain: 'example.com', timestamp: 'yesterday', signed_timestamp: 'ab'.repeat(64) },
    { domain: 'example.com', timestamp: '2026-11-20T12:00:00Z', signed_timestamp: 'zz' },
  ])('answers 422 to %j', async (body) => {
    expect((await post('/v0.1/auth/dns', body)).status).toBe(422);
  });

  it('lets nobody in whose account was disabled, and voids the tokens it has', async () => {
    const { body } = await post('/v0.1/auth/http', signed(WEB));
    const tokens = api.get(RegistryTokens);
    const token = body['registry_token'] ?? '';
    const account = await api.prisma.principal.findFirstOrThrow({ where: { handle: `http:${WEB}` } });
    const disable = (disabledAt: Date | null) =>
      api.prisma.principal.update({ where: { id: account.id }, data: { disabledAt } });
    await disable(api.clock.now());
    expect(await tokens.verify(token)).toBeNull();
    api.clock.advance(1_000);
    const refused = await post('/v0.1/auth/http', signed(WEB));
    expect([refused.status, refused.body['code']]).toEqual([403, 'ACCOUNT_DISABLED']);
    await disable(null);
    expect(await tokens.verify(token)).not.toBeNull();
  });

  it('never takes an account that only has the right name', async () => {
    zone['taken.example'] = { txt: [key.record] };
    await claim('example.taken', 'identity');
    const squatter = await acme.nobody('dns:taken.example');
    const { body } = await post('/v0.1/auth/dns', signed('taken.example'));
    const caller = await api.get(RegistryTokens).verify(body['registry_token'] ?? '');
    expect(caller?.principal.id).not.toBe(squatter.id);
    expect(caller?.principal.handle).toMatch(/^dns:taken\.example#/);
    expect(await api.prisma.teamMember.count({ where: { principalId: squatter.id } })).toBe(0);
  });

  it('takes the account out of a team that lost the namespace', async () => {
    zone['moving.example'] = { txt: [key.record] };
    await claim('example.moving', 'payments');
    await post('/v0.1/auth/dns', signed('moving.example'));
    const identity = await api.prisma.team.findFirstOrThrow({ where: { slug: 'identity' } });
    await api.prisma.namespace.updateMany({ where: { name: 'example.moving' }, data: { teamId: identity.id } });
    api.clock.advance(1_000);
    await post('/v0.1/auth/dns', signed('moving.example'));
    const account = await api.prisma.proofAccount.findFirstOrThrow({ where: { subject: 'moving.example' } });
    const teams = await api.prisma.teamMember.findMany({ where: { principalId: account.principalId } });
    expect(teams.map((row) => row.teamId)).toEqual([identity.id]);
  });

  it('keeps the account in a team that would have nobody else', async () => {
    zone['alone.example'] = { txt: [key.record] };
    await claim('example.alone', 'lonely');
    await claim('example.alone-too', 'lonely');
    await post('/v0.1/auth/dns', signed('alone.example'));
    const identity = await api.prisma.team.findFirstOrThrow({ where: { slug: 'identity' } });
    await api.prisma.namespace.updateMany({ where: { name: 'example.alone' }, data: { teamId: identity.id } });
    api.clock.advance(1_000);
    expect((await post('/v0.1/auth/dns', signed('alone.example'))).status).toBe(200);
    const account = await api.prisma.proofAccount.findFirstOrThrow({ where: { subject: 'alone.example' } });
    expect(await api.prisma.teamMember.count({ where: { principalId: account.principalId } })).toBe(2);
  });

  it('offers nothing that an operator has not configured', async () => {
    const answers = [await post('/v0.1/auth/none'), await post('/v0.1/auth/github-at', { github_token: 'abc' })];
    expect(answers.map((answer) => [answer.status, answer.body['code']])).toEqual([
      [501, 'NOT_SUPPORTED'],
      [501, 'NOT_SUPPORTED'],
    ]);
  });

  it('has nothing at the address of an organization that is not there', async () => {
    expect((await post('/o/nobody/v0.1/auth/dns', signed('example.com'))).status).toBe(404);
  });

  describe('a registry token', () => {
    const issued = async () => (await post('/v0.1/auth/dns', signed('example.com'))).body['registry_token'] ?? '';
    const verify = (token: string, organization?: string) => api.get(RegistryTokens).verify(token, organization);
    const forged = (claims: object, alg: string, secret: Parameters<SignJWT['sign']>[0]) =>
      new SignJWT({ ...claims }).setProtectedHeader({ alg, typ: 'registry+jwt' }).sign(secret);

    it('publishes under the names it proved and under no others', async () => {
      const publish = async (token: string, name: string) => {
        const body = JSON.stringify(manifestOf(name, '1.0.0'));
        const headers = { 'content-type': 'application/json' };
        return (await api.fetch('/v0/publish', token, { method: 'POST', headers, body })).status;
      };
      const narrow = (await post('/v0.1/auth/http', signed(WEB))).body['registry_token'] ?? '';
      expect(await publish(narrow, 'com.example.web/shop')).toBe(200);
      // the account's team owns this one too, but the proof was not about it
      expect(await publish(narrow, 'com.example/shop')).toBe(403);
      expect(await publish(await issued(), 'com.example/shop')).toBe(200);
      const query = await api.query(narrow, '{ viewer { roles } }');
      expect(query.data).toBeNull();
    });

    it('ends after five minutes', async () => {
      const token = await issued();
      api.clock.advance(299_000);
      expect(await verify(token)).not.toBeNull();
      api.clock.advance(1_000);
      expect(await verify(token)).toBeNull();
    });

    it('is refused with another algorithm, another key, no signature or a changed claim', async () => {
      const token = await issued();
      const claims = decodeJwt(token);
      const { publicKey } = api.get(RegistryTokens).open();
      const raw = publicKey.export({ format: 'der', type: 'spki' });
      const [header = '', , signature = ''] = token.split('.');
      const wider = Buffer.from(JSON.stringify({ ...claims, exp: 9_999_999_999 })).toString('base64url');
      const forgeries = [
        await forged(claims, 'HS256', raw),
        await forged(claims, 'HS256', Buffer.from(publicKey.export({ format: 'pem', type: 'spki' }))),
        await forged(claims, 'EdDSA', generateKeyPairSync('ed25519').privateKey),
        await forged(claims, 'ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
        new UnsecuredJWT({ ...claims }).encode(),
        [header, wider, signature].join('.'),
        [header, wider, ''].join('.'),
        `${token}.${token}`,
        'ey',
        '',
        'e'.repeat(100_000),
      ];
      for (const forgery of forgeries) expect(await verify(forgery)).toBeNull();
      expect(await verify(token)).not.toBeNull();
    });

    it('is refused without our type, issuer or audience', async () => {
      const claims = decodeJwt(await issued());
      const { privateKey } = api.get(RegistryTokens).open();
      const good = await forged(claims, 'EdDSA', privateKey);
      expect(await verify(good)).not.toBeNull();
      for (const change of [{ iss: 'somebody' }, { aud: 'rollcall' }, { exp: undefined }, { sub: undefined }]) {
        expect(await verify(await forged({ ...claims, ...change }, 'EdDSA', privateKey))).toBeNull();
      }
      const untyped = new SignJWT({ ...claims }).setProtectedHeader({ alg: 'EdDSA' }).sign(privateKey);
      expect(await verify(await untyped)).toBeNull();
    });

    it('is good in the organization it was issued for and in no other', async () => {
      const token = await issued();
      const claims = decodeJwt(token);
      const other = await seed(api).organization('other');
      expect(await verify(token, acme.id)).not.toBeNull();
      expect(await verify(token, other.id)).toBeNull();
      const { privateKey } = api.get(RegistryTokens).open();
      const moved = await forged({ ...claims, 'dev.rollcall/organization': other.id }, 'EdDSA', privateKey);
      expect(await verify(moved)).toBeNull();
      const ambiguous = await post('/v0.1/auth/dns', signed('example.com'));
      expect([ambiguous.status, ambiguous.body['detail']]).toEqual([404, expect.stringContaining('several')]);
      await api.prisma.environment.deleteMany({ where: { organizationId: other.id } });
      await api.prisma.organization.delete({ where: { id: other.id } });
    });
  });
});
