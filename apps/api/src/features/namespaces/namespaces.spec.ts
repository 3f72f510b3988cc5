import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DAY_MS } from '@rollcall/kernel';
import { ProofNetwork } from '@rollcall/proofs';
import {
  certificateAuthority,
  type DnsZone,
  type OrganizationSeed,
  type PersonSeed,
  type RunningDnsServer,
  seed,
  startDnsServer,
  startHttpsServer,
} from '@rollcall/testing';
import { type RunningApi, startApi } from '../../../test/running-api.js';

type Challenge = { text: string; dnsName: string; wellKnownUrl: string; expiresAt: string };
type UserErrors = { errors: { code: string; nextStep: string }[] };

const CREATE = `mutation ($input: NamespaceChallengeCreateInput!) {
  namespaceChallengeCreate(input: $input) {
    challenge { name team { slug } text dnsName wellKnownUrl expiresAt } errors { code nextStep } } }`;
const PROVE = `mutation ($input: NamespaceProveInput!) {
  namespaceProve(input: $input) {
    namespace { name proof provedAt proofDetail team { slug } } errors { code nextStep } } }`;

describe('proving a namespace', () => {
  let api: RunningApi;
  let acme: OrganizationSeed;
  let olivia: PersonSeed;
  let ivan: PersonSeed;
  let dns: RunningDnsServer;
  let web: { port: number; close(): Promise<void> };
  let document: string;
  const zone: DnsZone = {};

  const create = async (who: PersonSeed, name: string, team: string) => {
    const answer = await api.query(await who.token(), CREATE, { input: { name, team } });
    return {
      ...answer,
      payload: answer.data?.['namespaceChallengeCreate'] as unknown as UserErrors & { challenge: Challenge },
    };
  };
  const prove = async (who: PersonSeed, name: string, method = 'dns') => {
    const answer = await api.query(await who.token(), PROVE, { input: { name, method } });
    return {
      ...answer,
      payload: answer.data?.['namespaceProve'] as unknown as UserErrors & { namespace: object | null },
    };
  };
  const published = async (who: PersonSeed, name: string, team: string) => {
    const { payload } = await create(who, name, team);
    zone[payload.challenge.dnsName] = { txt: ['v=spf1 -all', payload.challenge.text] };
    return payload.challenge;
  };
  const codes = (payload: UserErrors) => payload.errors.map((error) => error.code);

  beforeAll(async () => {
    dns = await startDnsServer(zone);
    const authority = certificateAuthority();
    web = await startHttpsServer(authority.issue(['web.example']), (_request, response) => response.end(document));
    const policy = { allowPrivate: ['127.0.0.0/8'] };
    const network = { policy, dnsServers: [dns.server], ca: authority.ca, httpsPort: web.port };
    api = await startApi({ proofs: { network: new ProofNetwork(network) } });
    acme = await seed(api).organization('acme');
    olivia = await (await acme.team('payments')).maintainer('olivia');
    ivan = await (await acme.team('identity')).maintainer('ivan');
  });
  afterAll(async () => {
    await Promise.all([api?.close(), dns?.close(), web?.close()]);
  });
  beforeEach(() => {
    for (const name of Object.keys(zone)) delete zone[name];
    document = '';
  });

  it('by TXT record gives it to the team that published the challenge', async () => {
    const challenge = await published(olivia, 'example.shop', 'payments');
    expect(challenge).toMatchObject({
      name: 'example.shop',
      team: { slug: 'payments' },
      text: expect.stringMatching(/^rollcall-namespace-challenge=[\w-]{32}$/),
      dnsName: 'shop.example',
      wellKnownUrl: 'https://shop.example/.well-known/rollcall-namespace-challenge',
    });
    const { payload } = await prove(olivia, 'example.shop');
    expect(payload).toMatchObject({
      namespace: {
        name: 'example.shop',
        proof: 'dns',
        proofDetail: { domain: 'shop.example', challenge: true },
        team: { slug: 'payments' },
      },
      errors: [],
    });
    const events = await api.prisma.auditEvent.findMany({ where: { subject: 'namespace:example.shop' } });
    expect(events.map((event) => [event.action, event.actorHandle])).toEqual([
      ['namespace.challenge', 'olivia'],
      ['namespace.prove', 'olivia'],
    ]);
    // the challenge was used up, though its text is still published
    expect(codes((await prove(olivia, 'example.shop')).payload)).toEqual(['CHALLENGE_MISSING']);
  });

  it('by well-known document does the same, and proves again what an administrator only said', async () => {
    zone['web.example'] = { a: ['127.0.0.1'] };
    await api.query(
      await (await acme.admin('ada')).token(),
      'mutation ($input: NamespaceClaimInput!) { namespaceClaim(input: $input) { errors { code } } }',
      { input: { name: 'example.web', team: 'payments' } },
    );
    const { payload } = await create(olivia, 'example.web', 'payments');
    document = `# ours\n${payload.challenge.text}\n`;
    expect((await prove(olivia, 'example.web', 'http')).payload).toMatchObject({
      namespace: { proof: 'http', team: { slug: 'payments' } },
    });
  });

  it('needs exactly the text of the own challenge, in its time', async () => {
    const challenge = await published(olivia, 'example.late', 'payments');
    zone['late.example'] = { txt: [`${challenge.text}x`, 'rollcall-namespace-challenge='] };
    expect(codes((await prove(olivia, 'example.late')).payload)).toEqual(['CHALLENGE_UNMET']);
    zone['late.example'] = { txt: [challenge.text] };
    expect(codes((await prove(ivan, 'example.late')).payload)).toEqual(['CHALLENGE_MISSING']);
    api.clock.advance(7 * DAY_MS);
    expect(codes((await prove(olivia, 'example.late')).payload)).toEqual(['CHALLENGE_MISSING']);
  });

  it('never takes it from another team', async () => {
    await published(olivia, 'example.mine', 'payments');
    await prove(olivia, 'example.mine');
    await published(ivan, 'example.mine', 'identity');
    expect(codes((await prove(ivan, 'example.mine')).payload)).toEqual(['NAMESPACE_TAKEN']);
    const row = await api.prisma.namespace.findFirstOrThrow({ where: { name: 'example.mine' } });
    const payments = await api.prisma.team.findFirstOrThrow({ where: { slug: 'payments' } });
    expect(row.teamId).toBe(payments.id);
  });

  it('below a namespace of another team is for its owner or an administrator', async () => {
    await published(olivia, 'example.parent', 'payments');
    await prove(olivia, 'example.parent');
    await published(ivan, 'example.parent.deep.child', 'identity');
    expect(codes((await prove(ivan, 'example.parent.deep.child')).payload)).toEqual(['PARENT_NAMESPACE_OWNED']);
    await published(olivia, 'example.parent.own', 'payments');
    expect(codes((await prove(olivia, 'example.parent.own')).payload)).toEqual([]);
    const root = await acme.admin('root');
    expect((await prove(root, 'example.parent.deep.child')).payload).toMatchObject({
      namespace: { team: { slug: 'identity' } },
      errors: [],
    });
  });

  it('is for maintainers of the team, and shows no team to others', async () => {
    const dora = await (await acme.team('warehouse')).developer('dora');
    const developer = await create(dora, 'example.dora', 'warehouse');
    expect(developer.errors[0]?.extensions.code).toBe('FORBIDDEN');
    const foreign = await create(olivia, 'example.dora', 'warehouse');
    const missing = await create(olivia, 'example.dora', 'nowhere');
    expect([foreign, missing].map((answer) => answer.errors[0]?.extensions.code)).toEqual(['NOT_FOUND', 'NOT_FOUND']);
    const denied = await api.prisma.auditEvent.findMany({ where: { outcome: 'denied', action: 'namespace.prove' } });
    expect(denied.length).toBeGreaterThanOrEqual(3);
  });

  it.each(['Example.shop', 'com', '1.0.0.127', 'example.shop/x', 'example..shop'])(
    'is impossible for %j',
    async (name) => {
      expect(codes((await create(olivia, name, 'payments')).payload)).toEqual(['NAMESPACE_INVALID']);
    },
  );
});
