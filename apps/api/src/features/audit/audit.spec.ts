import { createPublicKey, verify } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AuditLog } from '@rollcall/audit';
import { GatewayService } from '@rollcall/gateways';
import { MINUTE_MS } from '@rollcall/kernel';
import { TransactionRunner } from '@rollcall/persistence';
import { AuditExportVerifier } from '@rollcall/schema';
import { type OrganizationSeed, type PersonSeed, seed } from '@rollcall/testing';
import { type RunningApi, startApi } from '../../../test/running-api.js';

let api: RunningApi;
let acme: OrganizationSeed;
let admin: PersonSeed;
let token: string;
let count = 0;

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api?.close());

beforeEach(async () => {
  acme = await seed(api).organization(`acme${++count}`);
  admin = await acme.admin('ada');
  token = await admin.token();
});

const events = (where: object = {}) =>
  api.prisma.auditEvent.findMany({ where: { organizationId: acme.id, ...where }, orderBy: { sequence: 'asc' } });
const denied = () => events({ outcome: 'denied' });

function verdictOf(text: string) {
  const verifier = new AuditExportVerifier((publicKey, message, signature) => {
    const x = Buffer.from(publicKey, 'base64').toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    return verify(null, message, key, Buffer.from(signature, 'base64'));
  });
  for (const line of text.trimEnd().split('\n')) verifier.push(line);
  return verifier.end();
}

describe('GET /audit/v1/export', () => {
  it('streams a signed log of the caller, and of nobody else', async () => {
    const other = await seed(api).organization(`other${count}`);
    for (const one of [acme, other]) await one.team('payments');
    const response = await api.fetch('/audit/v1/export', token);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('application/x-ndjson');
    const text = await response.text();
    expect(verdictOf(text)).toMatchObject({ ok: true, events: 2, signed: { sequence: 2 } });
    expect(text).not.toContain(other.id);
    const { keys } = (await (await api.fetch('/audit/v1/keys', token)).json()) as { keys: { keyId: string }[] };
    expect(keys).toMatchObject([{ keyId: expect.stringMatching(/^[0-9a-f]{64}$/), publicKey: expect.any(String) }]);
    expect(text).toContain(keys[0]?.keyId ?? 'none');
  });

  it('needs audit.read, and a range that is one', async () => {
    const nobody = await (await acme.nobody('nora')).token();
    for (const at of ['/audit/v1/export', '/audit/v1/keys']) {
      expect((await api.fetch(at)).status).toBe(401);
      expect((await api.fetch(at, nobody)).status).toBe(403);
    }
    for (const query of ['from=yesterday', 'from=2026-11-21&to=2026-11-20', 'to=2026-13-01']) {
      expect((await api.fetch(`/audit/v1/export?${query}`, token)).status).toBe(400);
    }
  });
});

describe('auditEvents', () => {
  const ask = async (args: string) => {
    const { data, errors } = await api.query(
      token,
      `{ auditEvents(${args}) { edges { cursor node { sequence action actorHandle outcome } } pageInfo { hasNextPage endCursor } } }`,
    );
    if (errors.length > 0) throw new Error(errors[0]?.message);
    return (
      data as unknown as {
        auditEvents: {
          edges: { node: { sequence: number; action: string } }[];
          pageInfo: { hasNextPage: boolean; endCursor: string };
        };
      }
    ).auditEvents;
  };
  const append = (action: string, subject = 'x') =>
    api.get(TransactionRunner).run((tx) => api.get(AuditLog).append(tx, admin.context(), { action, subject }));

  it('come newest first when asked, page by page', async () => {
    for (let n = 0; n < 5; n++) await append('server.read');
    const first = await ask('first: 2, orderBy: NEWEST_FIRST');
    expect(first.edges.map(({ node }) => node.sequence)).toEqual([5, 4]);
    const next = await ask(`first: 9, orderBy: NEWEST_FIRST, after: "${first.pageInfo.endCursor}"`);
    expect(next.edges.map(({ node }) => node.sequence)).toEqual([3, 2, 1]);
    expect(next.pageInfo.hasNextPage).toBe(false);
  });

  it('can be filtered by actor, beginning of the action, outcome and time', async () => {
    await append('version.publish');
    await append('version.submit');
    await append('server.read');
    await api.get(AuditLog).denied(acme.system(), { action: 'version.review', subject: 'x' });
    const since = api.clock.now().toISOString();
    const sequences = async (where: string) => (await ask(`where: {${where}}`)).edges.map(({ node }) => node.sequence);
    expect(await sequences('actionPrefix: "version."')).toEqual([1, 2, 4]);
    expect(await sequences('actionPrefix: "version.", actor: "ada"')).toEqual([1, 2]);
    expect(await sequences(`actor: "${admin.id}", action: "server.read"`)).toEqual([3]);
    expect(await sequences('outcome: DENIED')).toEqual([4]);
    expect(await sequences(`from: "${since}"`)).toEqual([1, 2, 3, 4]);
    expect(await sequences(`to: "2020-01-01T00:00:00Z"`)).toEqual([]);
  });
});

describe('a denied attempt over REST', () => {
  it('by somebody without the right is on the log', async () => {
    const nora = await acme.nobody('nora');
    await api.fetch('/audit/v1/export?from=2026-01-01', await nora.token());
    expect(await denied()).toMatchObject([
      { action: 'audit.read', actorHandle: 'nora', subject: 'GET /audit/v1/export', data: { code: 'FORBIDDEN' } },
    ]);
  });

  it('by a gateway that asks for an environment of others is on the log, and polling it again does not fill the log', async () => {
    const enrolled = await api.get(GatewayService).enroll(acme.system(), { name: 'edge', environment: 'production' });
    for (let n = 0; n < 5; n++) await api.fetch('/bundles/v1/staging/timestamp', enrolled.token);
    expect(await denied()).toMatchObject([{ action: 'bundle.pull', subject: 'GET /bundles/v1/staging/timestamp' }]);
    api.clock.advance(11 * MINUTE_MS);
    await api.fetch('/bundles/v1/staging/timestamp', enrolled.token);
    expect(await denied()).toMatchObject([{}, { data: { code: 'NOT_FOUND', repeated: 4 } }]);
    // its own environment has no bundle yet: that is no attempt at anything
    await api.fetch('/bundles/v1/production/timestamp', enrolled.token);
    expect(await denied()).toHaveLength(2);
  });

  it('with a token that was revoked names whose it was; an unknown token is nobody', async () => {
    await api.prisma.apiToken.updateMany({ where: { principalId: admin.id }, data: { revokedAt: api.clock.now() } });
    expect((await api.fetch('/v0.1/servers', token)).status).toBe(401);
    expect((await api.query(token, '{ viewer { principal { handle } } }')).status).toBe(401);
    expect((await api.fetch('/v0.1/servers', `rcl_${'x'.repeat(43)}`)).status).toBe(401);
    expect(await denied()).toMatchObject([
      {
        action: 'token.authenticate',
        actorHandle: 'ada',
        subject: 'GET /v0.1/servers',
        data: { code: 'UNAUTHENTICATED' },
      },
      { action: 'token.authenticate', actorHandle: 'ada', subject: 'POST /graphql' },
    ]);
  });

  it('is not what was merely not found or mistyped', async () => {
    await api.fetch('/v0.1/servers/com.nobody%2Fnothing/versions', token);
    await api.fetch('/v0.1/servers?limit=0', token);
    await api.fetch('/nowhere', token);
    expect(await denied()).toEqual([]);
  });
});
