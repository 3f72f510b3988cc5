import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { TokenService } from '@rollcall/access';
import { BundlePublisher, BundleStore, TrustService } from '@rollcall/bundles';
import { HOUR_MS, type RequestContext } from '@rollcall/kernel';
import { type ControlPlane, type OrganizationSeed, openControlPlane, type PersonSeed, seed } from '@rollcall/testing';
import { UsageService } from '@rollcall/usage';
import { GATEWAY_SAW_DRIFT, GatewayService, StatusReports } from './index.js';

let plane: ControlPlane;
let acme: OrganizationSeed;
let ada: PersonSeed;
let count = 0;

beforeAll(async () => {
  plane = await openControlPlane();
});
afterAll(() => plane?.close());

beforeEach(async () => {
  acme = await seed(plane).organization(`acme${++count}`);
  ada = await acme.admin('ada');
  await plane.get(TrustService).establish(acme.system(), acme.slug);
  await plane.get(BundlePublisher).publishAll(acme.system());
});

const gateways = () => plane.get(GatewayService);
const reports = () => plane.get(StatusReports);

/** A gateway as it signs in with its token. */
async function enrolled(name = 'edge', environment = 'production') {
  const { id, token } = await gateways().enroll(ada.context(), { name, environment });
  const owner = await plane.get(TokenService).authenticate(`Bearer ${token}`, plane.clock);
  if (!owner) throw new Error('the token of a new gateway is not valid');
  const ctx: RequestContext = { ...ada.context(), principal: owner.principal };
  const gateway = await gateways().identify(ctx);
  if (!gateway) throw new Error('a new gateway is not one');
  return { id, token, ctx, gateway };
}

const report = async (change: object = {}, environment: 'staging' | 'production' = 'production') => {
  const newest = await plane.get(BundleStore).newest(acme.environment(environment).id);
  return {
    gateway: 'edge',
    bootId: 'boot-1',
    seq: 1,
    epoch: newest?.epoch,
    serial: newest?.serial,
    bundleSha256: newest?.sha256,
    result: 'ack',
    error: null,
    appliedAt: plane.clock.now().toISOString(),
    rootVersion: 1,
    clockOffsetMs: 0,
    drift: [],
    ...change,
  };
};

describe('a gateway', () => {
  it('is enrolled by an administrator, under a name of its own', async () => {
    const olivia = await (await acme.team('payments')).maintainer('olivia');
    const enroll = (who: PersonSeed, name: string, environment = 'production') =>
      gateways().enroll(who.context(), { name, environment });
    await expect(enroll(olivia, 'edge')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(enroll(ada, 'Edge 1')).rejects.toMatchObject({ code: 'GATEWAY_INVALID' });
    await expect(enroll(ada, 'edge', 'moon')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await enroll(ada, 'edge');
    await expect(enroll(ada, 'edge')).rejects.toMatchObject({ code: 'GATEWAY_EXISTS' });
    await expect(gateways().list(olivia.context())).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(gateways().reissueToken(olivia.context(), 'edge')).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('loses its old token when a new one is issued', async () => {
    const { token } = await enrolled();
    const fresh = await gateways().reissueToken(ada.context(), 'edge');
    const who = (one: string) => plane.get(TokenService).authenticate(`Bearer ${one}`, plane.clock);
    expect(await who(token)).toBeNull();
    expect(await who(fresh)).toMatchObject({ principal: { kind: 'gateway' } });
  });

  it('is one only for itself: a person is none', async () => {
    await enrolled();
    expect(await gateways().identify(ada.context())).toBeNull();
  });
});

describe('a status report', () => {
  it('is kept, and a repeated or older one of the same boot changes nothing', async () => {
    const { ctx, gateway } = await enrolled();
    await reports().take(ctx, gateway, await report({ seq: 5 }));
    const nack = { result: 'nack', error: { code: 'ROLLBACK', message: 'older' } };
    for (const seq of [5, 4, 0]) await reports().take(ctx, gateway, await report({ seq, ...nack }));
    const [listed] = await gateways().list(ada.context());
    expect(listed?.status).toMatchObject({ seq: 5, result: 'ack' });
    await reports().take(ctx, gateway, await report({ seq: 6, ...nack }));
    await reports().take(ctx, gateway, await report({ bootId: 'boot-2', seq: 0 }));
    const [after] = await gateways().list(ada.context());
    expect(after?.status).toMatchObject({ bootId: 'boot-2', seq: 0, result: 'ack' });
  });

  it('that newly names drift asks for a look at each version, once, and never at what is not registered', async () => {
    const { ctx, gateway } = await enrolled();
    const payments = await acme.team('payments');
    const version = await (await payments.developer('ci')).publishes(`${payments.namespace}/ledger`, '1.0.0');
    const { alias } = await plane.prisma.server.findFirstOrThrow({ where: { organizationId: acme.id } });
    const seen = (tool: string, of = alias) => ({ alias: of, version: '1.0.0', tool, seen: null, pinned: 'sha256:1' });
    const events = () =>
      plane.prisma.outboxEvent.findMany({ where: { organizationId: acme.id, topic: GATEWAY_SAW_DRIFT } });
    const drift = [seen('greet'), seen('pay'), seen('greet', 'nobody')];
    for (const seq of [1, 2, 3]) await reports().take(ctx, gateway, await report({ seq, drift }));
    expect((await events()).map(({ payload }) => payload)).toEqual([
      { gatewayId: gateway.id, versionId: version.id, environmentId: gateway.environmentId },
    ]);
    await reports().take(ctx, gateway, await report({ seq: 4, drift: [...drift, seen('refund')] }));
    expect(await events()).toHaveLength(2);
  });

  it.each([
    ['a serial', { serial: 99 }],
    ['an epoch', { epoch: 2 }],
    ['bytes', { bundleSha256: 'f'.repeat(64) }],
  ])('claiming %s that were never published is refused', async (_what, claim) => {
    const { ctx, gateway } = await enrolled();
    const refused = reports().take(ctx, gateway, await report(claim));
    await expect(refused).rejects.toMatchObject({ code: 'NEVER_PUBLISHED' });
    expect(await plane.prisma.gatewayStatus.count({ where: { organizationId: acme.id } })).toBe(0);
  });

  it('cannot claim the bundle of another environment', async () => {
    const { ctx, gateway } = await enrolled('edge', 'staging');
    const refused = reports().take(ctx, gateway, await report({}, 'production'));
    await expect(refused).rejects.toMatchObject({ code: 'NEVER_PUBLISHED' });
  });

  it('is refused when it is malformed, or comes from a person', async () => {
    const { ctx, gateway } = await enrolled();
    for (const body of [null, [], {}, await report({ seq: -1 }), await report({ result: 'maybe' })]) {
      await expect(reports().take(ctx, gateway, body)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    }
    const olivia = await (await acme.team('payments')).maintainer('olivia');
    const asPerson = reports().take(olivia.context(), gateway, await report());
    await expect(asPerson).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('usage', () => {
  const call = { agent: 'agt_1', alias: 'ledger', version: '1.0.0', tool: 'greet', ok: 2, refused: 1, errors: 0 };
  const usage = (change: object = {}) => ({
    gateway: 'edge',
    bootId: 'boot-1',
    seq: 1,
    windowStart: '2026-11-20T12:00:00.000Z',
    windowEnd: '2026-11-20T12:00:10.000Z',
    calls: [call],
    ...change,
  });
  const counts = () => plane.prisma.usageHour.findMany({ where: { organizationId: acme.id } });

  it('is counted once, however often and however concurrently a report is sent', async () => {
    const { ctx, gateway } = await enrolled();
    const send = (change: object = {}) => plane.get(UsageService).record(ctx, gateway, usage(change));
    const answers = await Promise.all([send(), send(), send(), send()]);
    expect(answers.filter((one) => one.counted)).toHaveLength(1);
    expect(await send()).toEqual({ counted: false });
    expect(await counts()).toMatchObject([{ ok: 2, refused: 1, errors: 0 }]);
    expect(await send({ seq: 2 })).toEqual({ counted: true });
    expect(await send({ bootId: 'boot-2' })).toEqual({ counted: true });
    expect(await counts()).toMatchObject([{ ok: 6, refused: 3 }]);
  });

  it('tells when a version was last called; a refused call is none', async () => {
    const { ctx, gateway } = await enrolled();
    const last = () => plane.get(UsageService).lastCallAt(acme.id, 'ledger', '1.0.0');
    await plane.get(UsageService).record(ctx, gateway, usage({ calls: [{ ...call, ok: 0 }] }));
    expect(await last()).toBeNull();
    await plane.get(UsageService).record(ctx, gateway, usage({ seq: 2, calls: [{ ...call, ok: 0, errors: 1 }] }));
    const end = Date.parse('2026-11-20T12:00:00.000Z') + HOUR_MS - 1;
    expect((await last())?.getTime()).toBe(end);
    expect(await plane.get(UsageService).lastCallAt('org_other', 'ledger', '1.0.0')).toBeNull();
  });

  it('is refused when it is malformed, or comes from a person', async () => {
    const { ctx, gateway } = await enrolled();
    for (const body of [
      null,
      {},
      usage({ calls: [{ ...call, ok: -1 }] }),
      usage({ windowEnd: 'soon' }),
      usage({ x: 1 }),
    ]) {
      await expect(plane.get(UsageService).record(ctx, gateway, body)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    }
    const olivia = await (await acme.team('payments')).maintainer('olivia');
    const asPerson = plane.get(UsageService).record(olivia.context(), gateway, usage());
    await expect(asPerson).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await counts()).toEqual([]);
  });
});
