import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { MINUTE_MS } from '@rollcall/kernel';
import { ProofNetwork } from '@rollcall/proofs';
import {
  type OidcIssuer,
  type OrganizationSeed,
  type PersonSeed,
  seed,
  startOidcIssuer,
  type TeamSeed,
} from '@rollcall/testing';
import { type RunningApi, startApi } from '../../../test/running-api.js';

describe('identity over HTTP', () => {
  let api: RunningApi;
  let issuer: OidcIssuer;
  let acme: OrganizationSeed;
  let payments: TeamSeed;
  let ada: PersonSeed;
  let olivia: PersonSeed;
  let count = 0;

  const ask = async (by: PersonSeed, query: string, variables: object = {}) =>
    api.query(await by.token(), query, variables);
  /** The payload of a mutation with one input. */
  const mutate = async (by: PersonSeed, name: string, input: object, fields = 'errors { code }') => {
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`.replace(
      /^Role(Assign|Revoke)Input$/,
      'RoleInput',
    );
    const answer = await ask(by, `mutation ($input: ${type}!) { ${name}(input: $input) { ${fields} } }`, { input });
    return (answer.data as Record<string, unknown> | null)?.[name] ?? answer.errors[0]?.extensions.code;
  };

  beforeAll(async () => {
    api = await startApi({
      proofs: { network: new ProofNetwork({ policy: { allowPrivate: ['127.0.0.0/8'] }, dnsServers: [] }) },
    });
    issuer = await startOidcIssuer(() => api.clock.now());
  });
  afterAll(async () => {
    await issuer?.close();
    await api?.close();
  });
  beforeEach(async () => {
    api.clock.advance(20 * MINUTE_MS);
    acme = await seed(api).organization(`acme${++count}`);
    payments = await acme.team('payments');
    ada = await acme.admin('ada');
    olivia = await payments.maintainer('olivia');
  });

  it('manages teams and their members', async () => {
    const made = await mutate(
      ada,
      'teamCreate',
      { slug: 'tools', name: 'Tools' },
      'team { slug members { role } } errors { code }',
    );
    expect(made).toEqual({ team: { slug: 'tools', members: [] }, errors: [] });
    const member = { team: 'tools', principal: 'olivia', role: 'developer' };
    const set = await mutate(
      ada,
      'teamMemberSet',
      member,
      'team { members { role principal { handle } } } errors { code }',
    );
    expect(set).toEqual({ team: { members: [{ role: 'developer', principal: { handle: 'olivia' } }] }, errors: [] });
    expect(await mutate(ada, 'teamRename', { team: 'tools', name: 'Shared' }, 'team { name }')).toEqual({
      team: { name: 'Shared' },
    });
    const gone = { team: 'tools', principal: 'olivia' };
    expect(await mutate(ada, 'teamMemberRemove', gone, 'team { members { role } }')).toEqual({ team: { members: [] } });
    expect(await mutate(ada, 'teamDelete', { team: 'tools' })).toEqual({ errors: [] });
    const last = { team: 'payments', principal: 'olivia' };
    expect(await mutate(ada, 'teamMemberRemove', last)).toEqual({ errors: [{ code: 'LAST_MEMBER' }] });
  });

  it('manages people, roles and service accounts', async () => {
    const nina = { handle: 'nina', displayName: 'Nina', email: 'nina@acme.example' };
    expect(await mutate(ada, 'userCreate', nina)).toEqual({ errors: [] });
    expect(await mutate(ada, 'roleAssign', { principal: 'nina', role: 'auditor' }, 'principal { roles }')).toEqual({
      principal: { roles: ['auditor'] },
    });
    const account = { handle: 'pay-ci', team: 'payments' };
    expect(await mutate(olivia, 'serviceAccountCreate', account, 'principal { kind }')).toEqual({
      principal: { kind: 'service_account' },
    });
    const query = `{ principals(first: 2) { edges { node { handle email roles memberships { role team { slug } } } }
      pageInfo { hasNextPage endCursor } } }`;
    expect((await ask(ada, query)).data).toMatchObject({
      principals: {
        edges: [
          { node: { handle: 'ada', roles: ['admin'] } },
          { node: { handle: 'nina', email: 'nina@acme.example' } },
        ],
        pageInfo: { hasNextPage: true },
      },
    });
    expect((await ask(olivia, query)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(await mutate(ada, 'roleRevoke', { principal: 'nina', role: 'auditor' })).toEqual({ errors: [] });
    const lock = { principal: 'nina', reason: 'left' };
    expect(await mutate(ada, 'principalDisable', lock, 'principal { disabledAt }')).toMatchObject({
      principal: { disabledAt: expect.any(String) },
    });
    expect(await mutate(ada, 'principalEnable', { principal: 'nina' })).toEqual({ errors: [] });
    const self = { principal: 'ada', reason: 'x' };
    expect(await mutate(ada, 'principalDisable', self)).toEqual({ errors: [{ code: 'LAST_ADMIN' }] });
  });

  it('shows e-mail addresses, roles and memberships only to those who may see all accounts, and to oneself', async () => {
    await api.prisma.principal.update({ where: { id: ada.id }, data: { email: 'ada@acme.example' } });
    await mutate(ada, 'teamMemberSet', { team: 'payments', principal: 'ada', role: 'developer' });
    const query = '{ teams { members { principal { handle email roles memberships { role } } } } }';
    const { data } = await ask(olivia, query);
    const members = (data as never as { teams: { members: { principal: { handle: string } }[] }[] }).teams[0]?.members;
    expect(members?.map((one) => one.principal)).toEqual(
      expect.arrayContaining([
        { handle: 'ada', email: null, roles: [], memberships: [] },
        { handle: 'olivia', email: null, roles: [], memberships: [{ role: 'maintainer' }] },
      ]),
    );
    expect(JSON.stringify((await ask(ada, query)).data)).toContain('ada@acme.example');
  });

  it('makes tokens with scopes, which every part of the api honours', async () => {
    const expiresAt = new Date(api.clock.now().getTime() + 60 * MINUTE_MS).toISOString();
    const input = { name: 'reader', scopes: ['server.read'], expiresAt };
    const fields =
      'token apiToken { id name scopes principal { handle } createdBy { handle } lastUsedAt } errors { code }';
    const made = (await mutate(ada, 'apiTokenCreate', input, fields)) as { token: string; apiToken: { id: string } };
    expect(made).toMatchObject({ apiToken: { scopes: ['server.read'], createdBy: { handle: 'ada' } }, errors: [] });
    expect((await api.query(made.token, '{ servers { edges { cursor } } }')).errors).toEqual([]);
    expect((await api.fetch('/v0.1/servers', made.token)).status).toBe(200);
    for (const query of [
      '{ gateways { name } }',
      '{ auditEvents { edges { cursor } } }',
      '{ federationRules { id } }',
    ]) {
      expect((await api.query(made.token, query)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    }
    expect((await api.fetch('/bundles/v1/production/timestamp', made.token)).status).toBe(403);
    const listed = await ask(
      ada,
      '{ apiTokens(where: { principal: "ada" }) { edges { node { id lastUsedAt scopes } } } }',
    );
    expect(JSON.stringify(listed.data)).toContain(made.apiToken.id);
    expect(JSON.stringify(listed.data)).not.toContain(made.token.slice(4));
    const rotated = await mutate(
      ada,
      'apiTokenRotate',
      { id: made.apiToken.id, graceSeconds: 60 },
      'token apiToken { id }',
    );
    const second = rotated as { token: string; apiToken: { id: string } };
    expect((await api.query(second.token, '{ servers { edges { cursor } } }')).errors).toEqual([]);
    await mutate(ada, 'apiTokenRevoke', { id: second.apiToken.id });
    expect((await api.query(second.token, '{ servers { edges { cursor } } }')).status).toBe(401);
  });

  it('names the rule of an attribute that forbids something', async () => {
    await olivia.publishes(`${payments.namespace}/ledger`, '1.0.0');
    const server = { byName: `${payments.namespace}/ledger` };
    expect(await mutate(olivia, 'serverAttributesSet', { server, criticality: 'critical' })).toEqual({ errors: [] });
    const lower = `mutation ($input: ServerAttributesSetInput!) { serverAttributesSet(input: $input) { errors { code } } }`;
    const answer = await ask(olivia, lower, { input: { server, criticality: 'low' } });
    expect(answer.errors).toMatchObject([{ message: expect.stringContaining('critical_release') }]);
    const denied = await api.prisma.auditEvent.findMany({ where: { organizationId: acme.id, outcome: 'denied' } });
    expect(denied).toMatchObject([{ action: 'server.attributes', actorHandle: 'olivia' }]);
  });

  it('keeps developers from endpoints in production, and agents of teams from restricted data', async () => {
    const version = await olivia.publishes(`${payments.namespace}/ledger`, '1.0.0');
    const dan = await payments.developer('dan');
    const endpoint = (by: PersonSeed, environment: string) => {
      const url = 'https://ledger.acme.example/mcp';
      const input = { version: { byId: version.id }, environment, transport: 'streamable_http', url };
      return mutate(by, 'endpointSet', input);
    };
    expect(await endpoint(dan, 'staging')).toEqual({ errors: [] });
    expect(await endpoint(dan, 'production')).toBe('FORBIDDEN');
    expect(await endpoint(olivia, 'production')).toEqual({ errors: [] });
    const server = { byName: `${payments.namespace}/ledger` };
    await mutate(olivia, 'serverAttributesSet', { server, dataClass: 'restricted' });
    await mutate(olivia, 'agentCreate', { slug: 'bot', name: 'Bot', team: 'payments' });
    const grant = (by: PersonSeed) =>
      mutate(by, 'grantCreate', { agent: 'bot', server, environment: 'staging', versions: '^1.0.0', tools: ['*'] });
    expect(await grant(olivia)).toBe('FORBIDDEN');
    expect(await grant(await acme.reviewer('riley'))).not.toBe('FORBIDDEN');
  });

  describe('signing in with a token of another issuer', () => {
    const sign = (more: object = {}) => issuer.sign({ claims: { repository: 'acme/app', ...more } });
    const post = (body: unknown, at = `/o/${acme.slug}/auth/federation/token`) =>
      api.fetch(at, null, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });

    beforeEach(async () => {
      await mutate(olivia, 'serviceAccountCreate', { handle: 'pay-ci', team: 'payments' });
      const rule = {
        name: 'ci',
        issuer: issuer.url,
        audience: 'rollcall',
        claims: [{ claim: 'repository', matches: 'acme/*' }],
        principal: 'pay-ci',
        scopes: ['server.read'],
      };
      const fields = 'rule { claims { claim matches } principal { handle } } errors { code }';
      expect(await mutate(ada, 'federationRuleCreate', rule, fields)).toEqual({
        rule: { claims: rule.claims, principal: { handle: 'pay-ci' } },
        errors: [],
      });
    });

    it('gives a token for a quarter of an hour that does what the rule allows', async () => {
      const answer = await post({ token: await sign() });
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
      const body = (await answer.json()) as { token: string };
      expect(body).toMatchObject({ principal: 'pay-ci', rule: 'ci', scopes: ['server.read'] });
      const viewer = await api.query(body.token, '{ viewer { principal { handle kind } } }');
      expect(viewer.data).toMatchObject({ viewer: { principal: { handle: 'pay-ci', kind: 'service_account' } } });
      api.clock.advance(15 * MINUTE_MS);
      expect((await api.query(body.token, '{ viewer { roles } }')).status).toBe(401);
    });

    it('refuses with a problem document, and never logs a token', async () => {
      const token = await sign({ repository: 'acme-evil/app' });
      const answer = await post({ token });
      expect([answer.status, await answer.json()]).toEqual([
        400,
        expect.objectContaining({ code: 'FEDERATION_REFUSED' }),
      ]);
      for (const body of [{}, { token: 1 }, { token: '' }, { token, extra: 1 }, [], { token: 'x'.repeat(20_000) }]) {
        expect((await post(body)).status).toBe(422);
      }
      expect((await post({ token }, '/o/nobody/auth/federation/token')).status).toBe(404);
      // without a name in the address there would have to be one organization only
      if (count > 1) expect((await post({ token }, '/auth/federation/token')).status).toBe(404);
      expect(api.log()).not.toContain(token);
    });

    it('serves the token exchange of the registry API by the same rules', async () => {
      const exchange = (token: string) => post({ oidc_token: token }, `/o/${acme.slug}/v0.1/auth/oidc`);
      const token = await sign();
      const answer = await exchange(token);
      expect([answer.status, await answer.json()]).toEqual([
        200,
        expect.objectContaining({ registry_token: expect.any(String) }),
      ]);
      expect((await exchange(token)).status).toBeGreaterThanOrEqual(400);
    });

    it('ends with the rule', async () => {
      const { data } = await ask(ada, '{ federationRules { id name } }');
      const [rule] = (data as never as { federationRules: { id: string }[] }).federationRules;
      const revoked = await mutate(ada, 'federationRuleRevoke', { id: rule?.id }, 'rule { revokedAt }');
      expect(revoked).toEqual({ rule: { revokedAt: expect.any(String) } });
      expect((await post({ token: await sign() })).status).toBe(400);
    });
  });
});
