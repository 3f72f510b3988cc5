import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DAY_MS, HOUR_MS, type JsonValue } from '@rollcall/kernel';
import {
  type ControlPlane,
  type OrganizationSeed,
  openControlPlane,
  type PersonSeed,
  seed,
  type TeamSeed,
} from '@rollcall/testing';
import { SunsetService, type TransitionInput, TransitionService } from './index.js';

let plane: ControlPlane;
let acme: OrganizationSeed;
let payments: TeamSeed;
let olivia: PersonSeed;
let ci: PersonSeed;
let riley: PersonSeed;
let ada: PersonSeed;
let count = 0;

beforeAll(async () => {
  plane = await openControlPlane();
});
afterAll(() => plane?.close());

beforeEach(async () => {
  acme = await seed(plane).organization(`acme${++count}`);
  payments = await acme.team('payments');
  olivia = await payments.maintainer('olivia');
  ci = await payments.developer('ci');
  riley = await acme.reviewer('riley');
  ada = await acme.admin('ada');
});

const publish = (version = '1.0.0', server = 'ledger') => ci.publishes(`${payments.namespace}/${server}`, version);
const road = () => ({ owner: olivia, reviewer: riley });
const inDays = (days: number) => new Date(plane.clock.now().getTime() + days * DAY_MS);
const canI = (who: PersonSeed, input: TransitionInput) => plane.get(TransitionService).canI(who.context(), input);
const unmet = (guard: string) => ({ code: 'GUARD_UNMET', message: expect.stringContaining(guard) });
const sweep = async () => (await plane.get(SunsetService).sweep(() => acme.system(), plane.clock.now())).ended;
const _events = (topic: string) => plane.prisma.outboxEvent.count({ where: { organizationId: acme.id, topic } });

/** A gateway of production, which has a policy to serve. */
async function gatewayEnrolled(): Promise<string> {
  const gatewayId = `gw_${acme.slug}`;
  const environmentId = acme.environment('production').id;
  const base = { organizationId: acme.id, createdAt: plane.clock.now() };
  const bundle = { epoch: 1, serial: 1, sha256: 'x', stateDigest: 'x', envelope: Buffer.from('x') };
  await plane.prisma.bundle.upsert({
    where: { id: `bdl_${acme.slug}` },
    create: {
      id: `bdl_${acme.slug}`,
      organizationId: acme.id,
      environmentId,
      ...bundle,
      publishedAt: plane.clock.now(),
    },
    update: {},
  });
  await plane.prisma.gateway.upsert({
    where: { id: gatewayId },
    create: { id: gatewayId, environmentId, principalId: gatewayId, name: 'one', ...base },
    update: {},
  });
  return gatewayId;
}

/** A gateway that says it is alive: without one nobody knows whether a version is still called. */
async function gatewayReports(): Promise<void> {
  const gatewayId = await gatewayEnrolled();
  const status = { bootId: 'b', seq: 1, result: 'ack', epoch: 1, serial: 1, drift: [], reportedAt: plane.clock.now() };
  await plane.prisma.gatewayStatus.upsert({
    where: { gatewayId },
    create: { gatewayId, organizationId: acme.id, ...status },
    update: status,
  });
}

async function deprecated(version = '1.0.0') {
  const subject = await publish(version);
  await subject.reaches('active', road());
  await subject.moves(olivia, 'deprecated', { noSuccessor: true, sunsetAt: inDays(40) });
  return subject;
}

describe('the end of a version', () => {
  it('needs a successor or the word that there is none, and a sunset far enough away', async () => {
    const version = await publish();
    await version.reaches('active', road());
    const end = (more: Partial<TransitionInput>) => version.moves(olivia, 'deprecated', more);
    await expect(end({ sunsetAt: inDays(40) })).rejects.toMatchObject(unmet('successor_declared'));
    await expect(end({ noSuccessor: true })).rejects.toMatchObject(unmet('sunset_window'));
    await expect(end({ noSuccessor: true, sunsetAt: inDays(29) })).rejects.toMatchObject(unmet('sunset_window'));
    const next = await publish('1.1.0');
    const successor = { server: next.name, version: next.version, tools: { greet: 'greet' } };
    await expect(end({ successor, sunsetAt: inDays(40) })).rejects.toMatchObject(unmet('successor_declared'));
    const unknown = { server: next.name, version: '9.9.9' };
    await expect(end({ successor: unknown, sunsetAt: inDays(40) })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await next.reaches('active', road());
    const odd = { ...successor, tools: [1] as JsonValue };
    await expect(end({ successor: odd, sunsetAt: inDays(40) })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    const sunsetAt = inDays(40);
    await end({ successor, sunsetAt });
    expect((await version.row()).deprecation).toMatchObject({ sunsetAt: sunsetAt.toISOString(), successor });
  });

  it('names a successor that gateways serve, that does not lead back, and whose tools are there', async () => {
    const version = await publish();
    await version.reaches('active', road());
    const next = await publish('1.1.0');
    await next.reaches('active', road());
    const end = (successor: { version: string; tools?: JsonValue }) =>
      canI(olivia, {
        version: version.ref,
        to: 'deprecated',
        successor: { server: version.name, ...successor },
        sunsetAt: inDays(40),
      });
    const guardOf = async (successor: { version: string; tools?: JsonValue }, guard: string) =>
      (await end(successor)).guards.find((one) => one.guard === guard);
    expect(await guardOf({ version: '1.0.0' }, 'successor_declared')).toMatchObject({
      status: 'unmet',
      message: expect.stringContaining('leads back'),
    });
    const tools = (mapping: JsonValue) => guardOf({ version: '1.1.0', tools: mapping }, 'tool_mapping_fits');
    expect(await tools({ nothing: 'greet' })).toMatchObject({ status: 'unmet' });
    expect(await tools({ greet: 'nothing' })).toMatchObject({ status: 'unmet' });
    expect(await tools({ greet: 'greet' })).toMatchObject({ status: 'met' });
    expect((await end({ version: '1.1.0' })).answer).toBe('yes');
  });

  it('is told to the teams of those who may call it, and waits while nobody is in one', async () => {
    const version = await publish();
    await version.reaches('active', road());
    const team = await acme.team('support');
    const agent = {
      id: `agt_${acme.slug}`,
      organizationId: acme.id,
      teamId: team.id,
      slug: 'copilot',
      name: 'Copilot',
    };
    await plane.prisma.agent.create({ data: { ...agent, createdAt: plane.clock.now() } });
    const grant = { organizationId: acme.id, agentId: agent.id, environmentId: acme.environment('production').id };
    const { serverId } = await version.row();
    const granted = { grantedBy: ada.id, grantedAt: plane.clock.now(), tools: ['*'], serverId };
    await plane.prisma.grant.create({ data: { id: `grt_1${acme.slug}`, ...grant, ...granted, versions: '^1.0.0' } });
    const end = () => version.moves(olivia, 'deprecated', { noSuccessor: true, sunsetAt: inDays(40) });
    await expect(end()).rejects.toMatchObject(unmet('copilot (team support)'));
    await team.developer('sue');
    const id = await end();
    const step = await plane.prisma.transition.findUniqueOrThrow({ where: { id } });
    expect(step.guards).toContainEqual(
      expect.objectContaining({
        guard: 'consumers_notified',
        status: 'met',
        evidence: { consumers: [{ agent: 'copilot', team: 'support', reachable: true }] },
      }),
    );
  });

  it('can be taken back before it comes, and then nothing announces it any more', async () => {
    const version = await deprecated();
    await version.moves(olivia, 'active', { reason: 'Still needed.' });
    expect(await version.row()).toMatchObject({ state: 'active', deprecation: null });
  });

  it('cannot be taken back once it has come', async () => {
    const version = await deprecated();
    plane.clock.advance(41 * DAY_MS);
    const back = version.moves(olivia, 'active', { reason: 'Oh.' });
    await expect(back).rejects.toMatchObject(unmet('before_sunset'));
  });

  it('is carried out by the sweep once, also when two sweep at once', async () => {
    const version = await deprecated();
    await gatewayReports();
    expect(await sweep()).toEqual([]);
    plane.clock.advance(41 * DAY_MS);
    await gatewayReports();
    const ended = await Promise.all([sweep(), sweep(), sweep()]);
    expect(ended.flat()).toEqual([version.id]);
    expect(await sweep()).toEqual([]);
    const where = { versionId: version.id, toState: 'decommissioned' };
    expect(await plane.prisma.transition.findMany({ where })).toMatchObject([{ actorHandle: 'rollcall' }]);
  });

  it('waits for the last callers and for gateways that are silent', async () => {
    const version = await deprecated();
    plane.clock.advance(41 * DAY_MS);
    await gatewayEnrolled();
    expect(await sweep()).toEqual([]); // it serves production and has never said anything
    const { guards } = await canI(olivia, { version: version.ref, to: 'decommissioned' });
    expect(guards[1]).toMatchObject({ guard: 'drained', status: 'unknown', evidence: { silent: ['one'] } });
    await gatewayReports();
    const hour = new Date(Math.floor(plane.clock.now().getTime() / HOUR_MS) * HOUR_MS);
    const call = { alias: 'ledger', version: '1.0.0', tool: 'greet', agentId: 'agt_1', ok: 1, refused: 0, errors: 0 };
    const environmentId = acme.environment('production').id;
    await plane.prisma.usageHour.create({ data: { organizationId: acme.id, environmentId, hour, ...call } });
    expect(await sweep()).toEqual([]);
    expect(await canI(olivia, { version: version.ref, to: 'decommissioned' })).toMatchObject({ answer: 'no' });
    plane.clock.advance(8 * DAY_MS);
    expect(await sweep()).toEqual([]); // the gateway has fallen silent meanwhile
    await gatewayReports();
    expect(await sweep()).toEqual([version.id]);
  });

  it('can be forced by an administrator with a reason, and by nobody else', async () => {
    const version = await deprecated();
    const force = (who: PersonSeed, more: Partial<TransitionInput> = {}) =>
      version.moves(who, 'decommissioned', { override: true, reason: 'It leaks.', ...more });
    await expect(force(olivia)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(force(ada, { reason: ' ' })).rejects.toMatchObject({ code: 'REASON_REQUIRED' });
    await expect(force(ada, { override: false })).rejects.toMatchObject(unmet('sunset_passed'));
    const id = await force(ada);
    const step = await plane.prisma.transition.findUniqueOrThrow({ where: { id } });
    expect(step).toMatchObject({ overridden: true, reason: 'It leaks.', actorHandle: 'ada' });
    expect((step.guards as { status: string }[]).some((one) => one.status !== 'met')).toBe(true);
  });

  it('is the only step whose guards can be overridden', async () => {
    const version = await publish();
    await version.reaches('staging', road());
    const forced = version.moves(ada, 'active', { override: true, reason: 'Hurry.' });
    await expect(forced).rejects.toMatchObject({ code: 'NOT_OVERRIDABLE' });
  });
});
