import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AgentService, GrantService } from '@rollcall/agents';
import { ChangeApprovalService } from '@rollcall/checks';
import { ExpectationService } from '@rollcall/consumers';
import { DAY_MS, HOUR_MS, type JsonObject } from '@rollcall/kernel';
import {
  type ControlPlane,
  GREET_TOOL,
  type OrganizationSeed,
  openControlPlane,
  type PersonSeed,
  type ServerVersionSeed,
  STRICTER_GREET_TOOL,
  seed,
  type TeamSeed,
} from '@rollcall/testing';
import { type GateQuestion, TransitionService } from './index.js';

let plane: ControlPlane;
let acme: OrganizationSeed;
let payments: TeamSeed;
let olivia: PersonSeed;
let ci: PersonSeed;
let riley: PersonSeed;
let ada: PersonSeed;
let old: ServerVersionSeed;
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
  old = await ci.publishes(`${payments.namespace}/ledger`, '1.0.0');
  await old.reaches('active', road());
  await plane.get(AgentService).create(olivia.context(), { slug: 'bot', name: 'Bot', team: 'payments' });
});

const road = () => ({ owner: olivia, reviewer: riley });
const declares = (tools: JsonObject, more: JsonObject = {}) => {
  const document = { agent: 'bot', servers: [{ server: old.name, tools, ...more }] };
  return plane.get(ExpectationService).publish(ci.context(), { agent: 'bot', document });
};
const guard = async (version: ServerVersionSeed, name: string, question: Partial<GateQuestion> = { to: 'canary' }) => {
  const { guards } = await plane.get(TransitionService).canI(olivia.context(), { version: version.ref, ...question });
  return guards.find((one) => one.guard === name);
};

/** A version in staging whose greeting wants one more argument. */
async function stricter(number = '2.0.0'): Promise<ServerVersionSeed> {
  const version = await ci.publishes(old.name, number);
  await version.reaches('staging', road(), { tools: [STRICTER_GREET_TOOL] });
  return version;
}

async function bot(): Promise<string> {
  return (await plane.get(AgentService).bySlug(olivia.context(), 'bot')).id;
}

async function calls(version: string): Promise<void> {
  const hour = new Date(Math.floor(plane.clock.now().getTime() / HOUR_MS) * HOUR_MS);
  const call = { alias: 'ledger', version, tool: 'greet', agentId: await bot(), ok: 4, refused: 0, errors: 0 };
  const environmentId = acme.environment('production').id;
  await plane.prisma.usageHour.create({ data: { organizationId: acme.id, environmentId, hour, ...call } });
}

describe('a promotion to the canary', () => {
  it('waits for whoever declared what breaks, by name, until each change is approved for this version', async () => {
    const version = await stricter();
    expect(await guard(version, 'expectations_kept')).toMatchObject({ status: 'met' });
    await declares({ greet: { arguments: ['name'] } });
    const blocked = await guard(version, 'expectations_kept');
    expect(blocked).toMatchObject({ status: 'unmet', evidence: { consumers: [{ agent: 'bot', tools: ['greet'] }] } });
    expect(blocked?.message).toBe('Breaks what these consumers rely on: bot (greet).');

    const other = await stricter('3.0.0');
    const check = await plane.prisma.check.findFirstOrThrow({
      where: { versionId: version.id },
      orderBy: { requestedAt: 'desc' },
    });
    await plane
      .get(ChangeApprovalService)
      .approve(ada.context(), { check: check.id, all: true, reason: 'Agreed with them.' });
    expect(await guard(version, 'expectations_kept')).toMatchObject({ status: 'met' });
    expect(await guard(other, 'expectations_kept')).toMatchObject({ status: 'unmet' });
  });

  it('waits for whoever calls the live version, without a word of theirs', async () => {
    const version = await stricter();
    await calls('1.0.0');
    const blocked = await guard(version, 'expectations_kept');
    expect(blocked).toMatchObject({ status: 'unmet' });
    expect(blocked?.message).toContain('bot in production (greet, 4 calls)');
    plane.clock.advance(31 * DAY_MS);
    expect(await guard(version, 'expectations_kept')).toMatchObject({ status: 'met' });
  });

  it('is unknown without both contracts, and free where no version is live', async () => {
    const version = await stricter();
    const unseen = await ci.publishes(old.name, '1.5.0');
    await plane.prisma.serverVersion.update({ where: { id: unseen.id }, data: { state: 'active' } });
    expect(await guard(version, 'expectations_kept')).toMatchObject({ status: 'unknown' });
    const fresh = await ci.publishes(`${payments.namespace}/fresh`, '1.0.0');
    await fresh.reaches('staging', road(), { tools: [GREET_TOOL] });
    expect(await guard(fresh, 'expectations_kept')).toMatchObject({ status: 'met' });
  });
});

describe('the end of a version', () => {
  const sunsetAt = () => new Date(plane.clock.now().getTime() + 40 * DAY_MS);
  const ended = () => guard(old, 'no_expectations', { to: 'decommissioned' });

  it('names who still relies on it when it is announced', async () => {
    const grant = { agent: 'bot', server: { byName: old.name }, environment: 'production', tools: ['*'] };
    await plane.get(GrantService).create(olivia.context(), grant);
    const asked = { to: 'deprecated' as const, noSuccessor: true, sunsetAt: sunsetAt() };
    expect((await guard(old, 'consumers_notified', asked))?.message).toBe('1 consumers of payments are told.');
    await calls('1.0.0');
    expect(await guard(old, 'consumers_notified', asked)).toMatchObject({
      status: 'met',
      message: expect.stringContaining('These still rely on it: bot.'),
      evidence: { consumers: [{ agent: 'bot', calls: 4, declared: false }] },
    });
  });

  it('waits while an agent declares a need that nothing else meets, and names who still calls', async () => {
    await declares({ greet: {} }, { versions: '^1.0.0' });
    await old.moves(olivia, 'deprecated', { noSuccessor: true, sunsetAt: sunsetAt() });
    expect(await ended()).toMatchObject({
      status: 'unmet',
      message: 'These agents declare that they still rely on it: bot (greet).',
    });
    await calls('1.0.0');
    const drained = await guard(old, 'drained', { to: 'decommissioned' });
    expect(drained?.message).toContain('It is still called by: bot.');
    await declares({});
    await declares({ greet: {} }, { versions: '^2.0.0' });
    expect(await ended()).toMatchObject({ status: 'met' });
  });

  it('does not wait for needs that another live version meets', async () => {
    await declares({ greet: {} }, { versions: '^1.0.0' });
    const next = await ci.publishes(old.name, '1.0.1');
    await next.reaches('active', road());
    await old.moves(olivia, 'deprecated', { noSuccessor: true, sunsetAt: sunsetAt() });
    expect(await ended()).toMatchObject({ status: 'met' });
  });
});
