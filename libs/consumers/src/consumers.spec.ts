import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AgentService, GrantService } from '@rollcall/agents';
import { compareContracts } from '@rollcall/compatibility';
import { DAY_MS, type JsonObject, type JsonValue } from '@rollcall/kernel';
import {
  type ControlPlane,
  contractOf,
  GREET_TOOL,
  type OrganizationSeed,
  openControlPlane,
  type PersonSeed,
  type ServerVersionSeed,
  STRICTER_GREET_TOOL,
  seed,
  type TeamSeed,
} from '@rollcall/testing';
import { UsageService } from '@rollcall/usage';
import { ConsumerService, ExpectationService } from './index.js';

let plane: ControlPlane;
let acme: OrganizationSeed;
let team: TeamSeed;
let olivia: PersonSeed;
let ci: PersonSeed;
let oscar: PersonSeed;
let version: ServerVersionSeed;
let count = 0;
let seq = 0;

beforeAll(async () => {
  plane = await openControlPlane();
});
afterAll(() => plane?.close());

beforeEach(async () => {
  acme = await seed(plane).organization(`acme${++count}`);
  team = await acme.team('payments');
  olivia = await team.maintainer('olivia');
  ci = await team.developer('ci');
  oscar = await (await acme.team('marketing')).maintainer('oscar');
  version = await ci.publishes(`${team.namespace}/ledger`, '1.2.0');
  await version.reaches('active', { owner: olivia, reviewer: await acme.reviewer('riley') });
  await plane.get(AgentService).create(olivia.context(), { slug: 'bot', name: 'Bot', team: 'payments' });
});

const expectations = () => plane.get(ExpectationService);
const consumers = () => plane.get(ConsumerService);
const documentFor = (tools: JsonObject = { greet: {} }, more: JsonObject = {}): JsonObject => ({
  agent: 'bot',
  servers: [{ server: version.name, tools, ...more }],
});
const publish = (who: PersonSeed, document: JsonValue = documentFor(), agent = 'bot') =>
  expectations().publish(who.context(), { agent, document });
const agent = () => plane.get(AgentService).bySlug(olivia.context(), 'bot');

/** Whom the stricter greeting hits. */
async function impact(environment?: 'staging' | 'production') {
  const [base, head] = [contractOf([GREET_TOOL]), contractOf([STRICTER_GREET_TOOL])];
  const { serverId } = await version.row();
  const comparison = compareContracts(base, head);
  const environmentId = environment === undefined ? null : acme.environment(environment).id;
  const impacts = await consumers().impact(acme.id, { serverId, base, head, comparison, environmentId });
  return { comparison, impacts };
}

/** What a gateway of production reports. */
async function reports(call: object, shapes?: object[]): Promise<void> {
  const at = plane.clock.now().toISOString();
  const counted = { alias: 'ledger', version: '1.2.0', tool: 'greet', ok: 0, refused: 0, errors: 0, ...call };
  const body = { gateway: 'edge', bootId: `b${count}`, seq: ++seq, windowStart: at, windowEnd: at };
  const { id: environmentId } = acme.environment('production');
  const reporter = { id: `gw_${count}`, organizationId: acme.id, environmentId };
  const calls = [shapes ? { ...counted, shapes } : counted];
  await plane.get(UsageService).record(acme.system(), reporter, { ...body, calls });
}

describe('what an agent relies on', () => {
  it('is published by the team of the agent, and by nobody else', async () => {
    const mallory = await (await seed(plane).organization(`other${count}`)).admin('mallory');
    for (const outsider of [oscar, mallory]) {
      await expect(publish(outsider)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    await expect(publish(await acme.auditor('aud'))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await publish(ci)).toMatchObject({ isNew: true, set: { revision: 1, publishedBy: ci.id }, warnings: [] });
    expect(await publish(olivia, documentFor({ greet: { arguments: ['name'] } }))).toMatchObject({
      set: { revision: 2 },
    });
  });

  it('changes nothing when it is published again, in whatever order it is written', async () => {
    const first = await publish(ci, documentFor({ greet: { arguments: ['name', 'at'] } }));
    const again = await publish(ci, documentFor({ greet: { arguments: ['/at', 'name'] } }));
    expect(again).toMatchObject({ isNew: false, set: { id: first.set.id } });
    const together = await Promise.all([publish(ci), publish(ci), publish(ci)]);
    expect(together.filter((one) => one.isNew)).toHaveLength(1);
    const audit = { organizationId: acme.id, action: 'expectation.publish' };
    expect(await plane.prisma.auditEvent.count({ where: audit })).toBe(2);
    const events = await plane.prisma.outboxEvent.findMany({
      where: { organizationId: acme.id, topic: 'expectation.published' },
    });
    expect(events).toHaveLength(2);
  });

  it('is refused with the place of every problem', async () => {
    await expect(publish(ci, { agent: 'bot', servers: [{ server: version.name, tool: {} }] })).rejects.toMatchObject({
      code: 'EXPECTATIONS_INVALID',
      details: { problems: [{ path: '/servers/0/tool' }] },
    });
    await expect(publish(ci, { ...documentFor(), agent: 'other' })).rejects.toMatchObject({
      details: { problems: [{ path: '/agent' }] },
    });
  });

  it('warns of names that nobody knows, without telling what is hidden', async () => {
    const { warnings } = await publish(ci, {
      agent: 'bot',
      servers: [
        { server: version.name, environment: 'moon', tools: { gret: {} } },
        { server: 'com.other/thing', tools: {} },
      ],
    });
    expect(warnings).toEqual([
      'There is no environment "moon".',
      `No version of ${version.name} offers a tool "gret".`,
      'There is no server "com.other/thing" that you may see.',
    ]);
  });
});

describe('a change', () => {
  it('hits who declared the tool, in every environment in which it may call it', async () => {
    expect((await impact()).impacts).toEqual([]);
    await publish(ci);
    expect((await impact()).impacts).toMatchObject([{ agent: 'bot', environment: '*', source: 'declared', calls: 0 }]);
    const grant = { agent: 'bot', server: { byName: version.name }, environment: 'production', tools: ['*'] };
    await plane.get(GrantService).create(olivia.context(), grant);
    expect((await impact()).impacts).toMatchObject([{ agent: 'bot', environment: 'production', tool: 'greet' }]);
    expect((await impact('production')).impacts).toHaveLength(1);
    expect((await impact('staging')).impacts).toEqual([]);
  });

  it('is unused by who always sends the argument that becomes required', async () => {
    await publish(ci, documentFor({ greet: { arguments: ['name'], optionalArguments: ['language'] } }));
    expect((await impact()).impacts).toHaveLength(1);
    await publish(ci, documentFor({ greet: { arguments: ['name'] } }, { environment: 'staging' }));
    expect((await impact('production')).impacts).toEqual([]);
    await publish(ci, documentFor({}));
    const { comparison, impacts } = await impact();
    expect([comparison.conclusion, impacts]).toEqual(['breaking', []]);
  });

  it('hits who called within the window, since when and how often', async () => {
    const { id } = await agent();
    await reports({ agent: id, ok: 2, errors: 1 });
    plane.clock.advance(DAY_MS);
    await reports({ agent: id, ok: 4 });
    const { impacts } = await impact('production');
    expect(impacts).toMatchObject([{ agent: 'bot', environment: 'production', source: 'usage', calls: 7 }]);
    expect(Date.parse(impacts[0]?.lastCallAt ?? '') - Date.parse(impacts[0]?.firstCallAt ?? '')).toBe(DAY_MS);
    expect((await impact('staging')).impacts).toEqual([]);
    plane.clock.advance(31 * DAY_MS);
    expect((await impact()).impacts).toEqual([]);
  });

  it('does not hit who was refused every time', async () => {
    await reports({ agent: (await agent()).id, refused: 9 });
    expect((await impact()).impacts).toEqual([]);
  });

  it('is judged by the arguments that were sent, as long as every call was told apart', async () => {
    const { id } = await agent();
    const both = { names: ['language', 'name'], other: false, calls: 3 };
    await reports({ agent: id, ok: 3 }, [both]);
    const wider = contractOf([
      { ...STRICTER_GREET_TOOL, inputSchema: { ...STRICTER_GREET_TOOL.inputSchema, required: ['name'] } },
    ]);
    const { serverId } = await version.row();
    const head = contractOf([STRICTER_GREET_TOOL]);
    const comparison = compareContracts(wider, head);
    const ask = () => consumers().impact(acme.id, { serverId, base: wider, head, comparison });
    expect(comparison.changes.map((one) => one.ruleId)).toEqual(['INPUT_REQUIRED_ADDED']);
    expect(await ask()).toEqual([]);
    await reports({ agent: id, ok: 2 }, [{ names: ['name'], other: false, calls: 1 }]);
    expect(await ask()).toMatchObject([{ source: 'usage', calls: 5 }]);
  });

  it('hits calls of a tool that the document forgot', async () => {
    await publish(ci, documentFor({}, { environment: 'production' }));
    await reports({ agent: (await agent()).id, ok: 1 });
    expect((await impact('production')).impacts).toMatchObject([{ source: 'usage', calls: 1 }]);
  });
});

describe('shapes of calls', () => {
  it('are kept in a bounded number, and what is beyond is counted as unknown', async () => {
    const { id } = await agent();
    for (let page = 0; page < 5; page++) {
      const shapes = Array.from({ length: 16 }, (_, i) => ({ names: [`n${page}-${i}`], other: false, calls: 1 }));
      await reports({ agent: id, ok: 16 }, shapes);
    }
    const rows = await plane.prisma.usageShape.findMany({ where: { organizationId: acme.id } });
    expect(rows).toHaveLength(65);
    expect(Number(rows.find((one) => one.shape === '*')?.calls)).toBe(16);
    expect(rows.reduce((sum, one) => sum + Number(one.calls), 0)).toBe(80);
  });

  it('are refused when they hold anything but short names', async () => {
    const { id } = await agent();
    const wrong = [['a\u0000b'], [''], ['x'.repeat(129)], Array.from({ length: 65 }, (_, i) => `n${i}`)];
    for (const names of wrong) {
      const sent = reports({ agent: id, ok: 1 }, [{ names, other: false, calls: 1 }]);
      await expect(sent).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    }
    await expect(
      reports({ agent: id, ok: 1 }, [{ names: [], other: false, calls: 1, values: ['x'] }]),
    ).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    });
  });

  it('make a document of what was seen', async () => {
    const { id } = await agent();
    await reports({ agent: id, ok: 2 }, [
      { names: ['name'], other: false, calls: 1 },
      { names: ['language', 'name'], other: false, calls: 1 },
    ]);
    await reports({ agent: id, ok: 1, tool: 'wave' });
    const ask = (environment?: string) =>
      expectations().suggestion(olivia.context(), { agent: 'bot', ...(environment ? { environment } : {}) });
    const tools = { greet: { arguments: ['/name'], optionalArguments: ['/language'] }, wave: {} };
    expect(await ask()).toEqual({ agent: 'bot', servers: [{ server: version.name, tools }] });
    expect(await ask('staging')).toEqual({ agent: 'bot', servers: [] });
    expect(await publish(ci, await ask('production'))).toMatchObject({ isNew: true });
    await expect(expectations().suggestion(oscar.context(), { agent: 'bot' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});

describe('consumers of a server', () => {
  it('are named to its owners and to those who see the agent; others learn how many', async () => {
    await publish(ci, documentFor({ greet: {} }, { versions: '^1.0.0' }));
    const of = (who: PersonSeed, at?: string) => consumers().ofServer(who.context(), { byName: version.name }, at);
    expect(await of(ci)).toMatchObject({ total: 1, consumers: [{ agent: 'bot', source: 'declared' }] });
    expect(await of(ci, '1.2.0')).toMatchObject({ total: 1 });
    expect(await of(ci, '2.0.0')).toMatchObject({ total: 0 });
    const stranger = await acme.nobody('nora');
    await plane.prisma.roleAssignment.create({
      data: { organizationId: acme.id, principalId: stranger.id, role: 'member' },
    });
    expect(await of(stranger)).toEqual({ total: 1, consumers: [] });
    const mallory = await (await seed(plane).organization(`rival${count}`)).admin('mallory');
    await expect(of(mallory)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('rely on a version when no other that is served meets what they declared', async () => {
    const row = await version.row();
    await publish(ci, documentFor({ greet: {} }, { versions: '^1.0.0' }));
    const relying = () => consumers().relying(acme.id, row);
    expect(await relying()).toMatchObject([{ agent: 'bot', tools: ['greet'] }]);
    const next = await ci.publishes(version.name, '1.3.0');
    await plane.prisma.serverVersion.update({ where: { id: next.id }, data: { state: 'active' } });
    expect(await relying()).toEqual([]);
    await publish(ci, documentFor({ greet: {} }, { versions: '1.2.0' }));
    expect(await relying()).toHaveLength(1);
  });
});
