import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type JsonObject, Refusal } from '@rollcall/kernel';
import { PrismaService } from '@rollcall/persistence';
import { type ControlPlane, type OrganizationSeed, openControlPlane, type PersonSeed, seed } from '@rollcall/testing';
import { UnsecuredJWT } from 'jose';
import { ExchangeRecords } from './exchange.records.prisma.js';
import { FederatedExchange, WORKFLOW_ISSUER } from './federated-exchange.service.js';
import { type FederatedCaller, FederatedIdentity } from './federated-identity.port.js';
import { RegistryTokens } from './registry-tokens.service.js';

const ISSUER = 'https://ci.example.com';

/** Verification is the identity lib's and tested there; here every token it knows is good. */
class KnownTokens extends FederatedIdentity {
  readonly good = new Map<string, FederatedCaller>();

  async exchange({ token }: { token: string }): Promise<FederatedCaller> {
    const caller = this.good.get(token);
    if (caller) return caller;
    throw new Refusal({ code: 'FEDERATION_REFUSED', message: 'No rule accepts it.', nextStep: 'Write one.' });
  }
}

describe('exchanging a token of another issuer', () => {
  let plane: ControlPlane;
  let acme: OrganizationSeed;
  let pipeline: PersonSeed;
  let exchange: FederatedExchange;
  const identities = new KnownTokens();

  const token = (claims: JsonObject, scopes: string[] = ['*']) => {
    const text = new UnsecuredJWT(claims).encode();
    const principal = { id: pipeline.id, kind: 'service_account', handle: pipeline.handle } as const;
    identities.good.set(text, { principal, scopes, claims });
    return text;
  };
  const scope = () => ({ organizationId: acme.id, requestId: 'req_1' });
  const verify = async (issued: { registry_token: string }) =>
    plane.get(RegistryTokens).verify(issued.registry_token, acme.id);

  beforeAll(async () => {
    plane = await openControlPlane();
    acme = await seed(plane).organization('acme');
    const payments = await acme.team('payments');
    await payments.maintainer('olivia');
    await acme.team('identity');
    pipeline = await payments.developer('pipeline');
    await plane.prisma.principal.update({ where: { id: pipeline.id }, data: { kind: 'service_account' } });
    exchange = new FederatedExchange(plane.get(PrismaService), plane.get(ExchangeRecords), identities);
  });
  afterAll(() => plane?.close());

  it('gives the account of the rule the namespaces of its teams, and no others', async () => {
    const issued = await exchange.exchange(scope(), token({ iss: ISSUER, sub: 'build-1' }));
    expect(await verify(issued)).toMatchObject({
      principal: { id: pipeline.id },
      serverNames: ['com.acme.payments/*'],
      scopes: expect.arrayContaining(['version.publish']),
    });
  });

  it('keeps the limits of the rule', async () => {
    const limited = token({ iss: ISSUER, sub: 'build-2' }, ['version.check', 'audit.read']);
    expect((await verify(await exchange.exchange(scope(), limited)))?.scopes).toEqual(['version.check']);
  });

  it('of a workflow adds the names of the owner of its repository, when that namespace is known here', async () => {
    const claims = { iss: WORKFLOW_ISSUER, sub: 'repo:Acme/x:ref:refs/heads/main', repository_owner: 'Acme' };
    const without = await exchange.exchangeWorkflow(scope(), token(claims));
    expect((await verify(without))?.serverNames).toEqual(['com.acme.payments/*']);
    const team = await plane.prisma.team.findFirstOrThrow({ where: { slug: 'payments' } });
    const row = { organizationId: acme.id, teamId: team.id, proof: 'administrator', provedAt: plane.clock.now() };
    await plane.prisma.namespace.create({ data: { id: 'ns_1', name: 'io.github.acme', ...row } });
    const stranger = { ...claims, repository_owner: 'acme/../other' };
    await plane.prisma.teamMember.deleteMany({ where: { principalId: pipeline.id } });
    await expect(exchange.exchangeWorkflow(scope(), token(stranger))).rejects.toMatchObject({
      code: 'NAMESPACE_UNCLAIMED',
    });
    const owner = await exchange.exchangeWorkflow(scope(), token({ ...claims, jti: '2' }));
    expect((await verify(owner))?.serverNames).toEqual(['io.github.acme/*']);
    await expect(exchange.exchange(scope(), token({ iss: ISSUER, sub: 'x' }))).rejects.toMatchObject({
      code: 'NAMESPACE_UNCLAIMED',
    });
  });

  it('takes no token of another issuer for that of a workflow', async () => {
    const other = token({ iss: ISSUER, sub: 'x', repository_owner: 'acme' });
    await expect(exchange.exchangeWorkflow(scope(), other)).rejects.toMatchObject({ code: 'PROOF_FAILED' });
  });

  it.each(['', 'x', 'a.b.c', 'e'.repeat(20_000)])('refuses %j before anybody is asked', async (text) => {
    await expect(exchange.exchange(scope(), text)).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
  });

  it('is not offered where nobody verifies such tokens', async () => {
    const alone = new FederatedExchange(plane.get(PrismaService), plane.get(ExchangeRecords));
    await expect(alone.exchange(scope(), token({ iss: ISSUER }))).rejects.toMatchObject({ code: 'NOT_SUPPORTED' });
  });
});
