import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DAY_MS } from '@rollcall/kernel';
import {
  type ControlPlane,
  GREET_TOOL,
  type OrganizationSeed,
  openControlPlane,
  type PersonSeed,
  type ServerVersionSeed,
  seed,
  type TestTool,
  WIPE_TOOL,
} from '@rollcall/testing';
import { ServerFactsReadModel } from './server-facts.read-model.prisma.js';
import { type ServerFind, ServerFinder } from './server-finder.read-model.prisma.js';
import { ToolFinder } from './tool-finder.read-model.prisma.js';
import { ToolIndexService } from './tool-index.service.js';

const REFUND_TOOL: TestTool & { title: string } = {
  name: 'createRefund',
  title: 'Give money back',
  description: 'Returns money to customers who paid.',
  inputSchema: {
    type: 'object',
    properties: { invoice_id: { type: 'string', description: 'Number of the bill.' } },
    required: ['invoice_id'],
  },
  annotations: { destructiveHint: false, openWorldHint: false },
};
const BALANCE_TOOL: TestTool = {
  name: 'get_balance',
  description: 'Reads the balance of an account.',
  inputSchema: { type: 'object', properties: {} },
  annotations: { readOnlyHint: true },
};

let plane: ControlPlane;
let acme: OrganizationSeed;
let pay: PersonSeed;
let other: PersonSeed;
let admin: PersonSeed;
let reviewer: PersonSeed;
let outsider: PersonSeed;
let refunds: ServerVersionSeed;
let greeter: ServerVersionSeed;
let ledger: ServerVersionSeed;

const finder = () => plane.get(ServerFinder);
const tools = () => plane.get(ToolFinder);
const index = () => plane.get(ToolIndexService);

async function names(by: PersonSeed, query: Partial<ServerFind>): Promise<string[]> {
  const { items } = await finder().page(by.context(), { first: 50, ...query });
  return items.map((item) => item.server.name);
}

beforeAll(async () => {
  plane = await openControlPlane();
  acme = await seed(plane).organization('acme');
  const payments = await acme.team('payments');
  const support = await acme.team('support');
  pay = await payments.maintainer('pia');
  other = await support.maintainer('otto');
  admin = await acme.admin('ada');
  reviewer = await acme.reviewer('rita');
  refunds = await pay.publishes('com.acme.payments/refunds', '1.0.0');
  ledger = await pay.publishes('com.acme.payments/ledger', '1.0.0');
  greeter = await other.publishes('com.acme.support/weather', '1.0.0');
  await refunds.reaches('active', { owner: pay, reviewer }, { tools: [REFUND_TOOL, BALANCE_TOOL] });
  await ledger.seen({ tools: [WIPE_TOOL, BALANCE_TOOL], refusedWithoutToken: false });
  await greeter.reaches('active', { owner: other, reviewer }, { tools: [GREET_TOOL] });
  const globex = await seed(plane).organization('globex');
  const foreign = await (await globex.team('payments')).maintainer('fred');
  const theirs = await foreign.publishes('com.globex.payments/refunds', '1.0.0');
  await theirs.seen({ tools: [REFUND_TOOL] });
  outsider = foreign;
  expect(await index().heal()).toBe(4);
});
afterAll(() => plane?.close());

describe('the index of tools', () => {
  it('holds what a contract offers, and is left alone while the contract is the same', async () => {
    const row = await plane.prisma.indexedTool.findUniqueOrThrow({
      where: { versionId_name: { versionId: refunds.id, name: 'createRefund' } },
    });
    expect(row).toMatchObject({
      title: 'Give money back',
      arguments: 'invoice_id Number of the bill.',
      destructive: false,
      readOnly: false,
      openWorld: false,
      idempotent: false,
    });
    expect(await index().index(refunds.id)).toBe(false);
    expect(await index().heal()).toBe(0);
  });

  it('follows a contract that changed, and forgets tools that are gone', async () => {
    const version = await pay.publishes('com.acme.payments/changing', '1.0.0');
    await version.seen({ tools: [GREET_TOOL] });
    expect(await index().index(version.id)).toBe(true);
    await version.seen({ tools: [WIPE_TOOL] });
    expect(await index().index(version.id)).toBe(true);
    const rows = await plane.prisma.indexedTool.findMany({ where: { versionId: version.id } });
    expect(rows.map((row) => row.name)).toEqual(['wipe']);
    expect(await plane.prisma.toolIndex.findUnique({ where: { versionId: version.id } })).toMatchObject({
      tools: 1,
      destructive: 1,
    });
  });

  it('is written once when many ask at the same time', async () => {
    const version = await pay.publishes('com.acme.payments/busy', '1.0.0');
    await version.seen({ tools: [GREET_TOOL] });
    const written = await Promise.all(Array.from({ length: 8 }, () => index().index(version.id)));
    expect(written.filter(Boolean)).toHaveLength(1);
  });

  it('holds a contract of a thousand tools', async () => {
    const version = await pay.publishes('com.acme.payments/huge', '1.0.0');
    const many = Array.from({ length: 1_000 }, (_, at) => ({ ...GREET_TOOL, name: `bulk_${at}` }));
    await version.seen({ tools: many });
    expect(await index().index(version.id)).toBe(true);
    expect(await tools().count(pay.context(), { server: version.name })).toBe(1_000);
  });

  it('does nothing for a version that nobody has seen, or that does not exist', async () => {
    expect(await index().index((await pay.publishes('com.acme.payments/unseen', '1.0.0')).id)).toBe(false);
    expect(await index().index('ver_nowhere')).toBe(false);
  });
});

describe('a search for servers', () => {
  it.each([
    ['refund', 'com.acme.payments/refunds'],
    ['REFUNDS', 'com.acme.payments/refunds'],
    ['fund', 'com.acme.payments/refunds'],
    ['weathr', 'com.acme.support/weather'],
    ['com.acme.support/weather', 'com.acme.support/weather'],
    ['customer', 'com.acme.payments/refunds'],
    ['invoice', 'com.acme.payments/refunds'],
    ['returning money', 'com.acme.payments/refunds'],
    ['wipe', 'com.acme.payments/ledger'],
  ])('for %j finds %s first', async (search, name) => {
    expect((await names(admin, { search }))[0]).toBe(name);
  });

  it('says why each server is a hit', async () => {
    const matched = async (search: string) => {
      const { items } = await finder().page(admin.context(), { first: 1, search });
      return items[0]?.matched;
    };
    expect(await matched('refund')).toEqual([
      { field: 'name', tool: null },
      { field: 'description', tool: null },
      { field: 'tool', tool: 'createRefund' },
    ]);
    expect(await matched('balance')).toEqual([{ field: 'tool', tool: 'get_balance' }]);
    expect(await matched('weathr')).toEqual([
      { field: 'name', tool: null },
      { field: 'description', tool: null },
    ]);
  });

  it('ranks the server of that name above one that only offers such a tool', async () => {
    const version = await pay.publishes('com.acme.payments/balance', '1.0.0');
    const [best, ...rest] = await names(admin, { search: 'balance' });
    expect(best).toBe(version.name);
    expect(rest.sort()).toEqual([ledger.name, refunds.name]);
  });

  it('finds nothing of other teams and other organizations, and does not count it either', async () => {
    expect(await names(other, { search: 'refund' })).toEqual([]);
    expect(await finder().count(other.context(), { search: 'refund' })).toBe(0);
    expect(await finder().count(other.context(), {})).toBe(1);
    expect(await names(outsider, { search: 'refund' })).toEqual(['com.globex.payments/refunds']);
    expect(await names(admin, { search: 'globex' })).toEqual([]);
    expect(await finder().count(admin.context(), { search: 'refund' })).toBe(1);
  });

  it.each([
    'a:* & !b',
    "'; DROP TABLE tools; --",
    '%',
    '_',
    '\\',
    '%%%',
    '((((',
    ':*',
    "it's",
    '<->',
    '!!',
    '😀',
    'ä ö ü',
    '1',
    '\0abc',
    '\u0301\u0301\u0301',
    `${'x'.repeat(100_000)}`,
    `${'ab '.repeat(10_000)}`,
    '"unbalanced',
    '.*+?^$',
    '\\%\\_',
  ])('takes any text: %#', async (search) => {
    await finder().page(admin.context(), { first: 5, search });
    await tools().page(admin.context(), { first: 5, search });
    expect(await finder().count(admin.context(), { search })).toBeGreaterThanOrEqual(0);
  });

  it('takes the wild cards of LIKE as letters', async () => {
    expect(await names(admin, { search: '%refund%' })).not.toContain('com.acme.support/weather');
  });
});

describe('pages', () => {
  const walk = async (page: (after: string | null) => Promise<{ items: { cursor: string }[]; hasNext: boolean }>) => {
    const seen: unknown[] = [];
    let after: string | null = null;
    for (let turn = 0; turn < 500; turn++) {
      const { items, hasNext } = await page(after);
      seen.push(...items);
      if (!hasNext) return seen;
      after = items.at(-1)?.cursor ?? null;
    }
    throw new Error('the list has no end');
  };

  it.each([{}, { search: 'acme' }, { search: 'paymnets' }])(
    'of servers together are the whole list, each once: %j',
    async (query) => {
      const all = await finder().page(admin.context(), { first: 100, ...query });
      const walked = await walk((after) => finder().page(admin.context(), { first: 1, after, ...query }));
      expect(walked).toEqual(all.items);
      expect(all.items.length).toBeGreaterThan(1);
      expect(await finder().count(admin.context(), query)).toBe(all.items.length);
    },
  );

  it.each([{ server: 'com.acme.payments/refunds' }, { search: 'balance' }, { search: 'blance' }])(
    'of tools together are the whole list, each once: %j',
    async (query) => {
      const all = await tools().page(admin.context(), { first: 100, ...query });
      const walked = await walk((after) => tools().page(admin.context(), { first: 1, after, ...query }));
      expect(walked).toEqual(all.items);
      expect(all.items.length).toBeGreaterThan(1);
      expect(await tools().count(admin.context(), query)).toBe(all.items.length);
    },
  );

  it.each(['x', 'WyJhIl0', 'WyJ0eXBlZCIsIjk5OTk5OTk5OTk5OTkiLCJ4Il0'])(
    'refuse a cursor they did not give out: %j',
    async (after) => {
      await expect(finder().page(admin.context(), { first: 1, after, search: 'acme' })).rejects.toMatchObject({
        code: 'INVALID_CURSOR',
      });
      await expect(tools().page(admin.context(), { first: 1, after, search: 'acme' })).rejects.toMatchObject({
        code: 'INVALID_CURSOR',
      });
    },
  );
});

describe('the filters of the catalogue', () => {
  it('are the team, the state and the environment', async () => {
    expect(await names(admin, { team: 'support' })).toEqual([greeter.name]);
    expect(await names(admin, { state: 'active' })).toEqual([refunds.name, greeter.name]);
    await plane.prisma.endpoint.create({
      data: {
        id: 'ept_1',
        organizationId: acme.id,
        versionId: refunds.id,
        environmentId: acme.environment('staging').id,
        transport: 'streamable-http',
        url: 'https://refunds.example/mcp',
        updatedAt: plane.clock.now(),
      },
    });
    expect(await names(admin, { environment: 'staging' })).toEqual([refunds.name]);
    expect(await names(admin, { environment: 'production' })).toEqual([]);
    expect(await names(admin, { transport: 'streamable_http' })).toEqual([refunds.name]);
    expect(await names(admin, { transport: 'stdio', environment: 'staging' })).toEqual([]);
  });

  it('are what inspections saw', async () => {
    expect(await names(admin, { unauthenticatedAccessRefused: false })).toEqual([ledger.name]);
    expect(await names(admin, { unauthenticatedAccessRefused: true })).toContain(refunds.name);
    await plane.prisma.inspection.updateMany({
      where: { versionId: greeter.id },
      data: { era: 'modern', protocolVersion: '2026-07-28' },
    });
    expect(await names(admin, { era: 'modern' })).toEqual([greeter.name]);
    expect(await names(admin, { era: 'legacy' })).toEqual([]);
    expect(await names(admin, { era: 'modern', protocolVersion: '2025-11-25' })).toEqual([]);
  });

  it('are destructive tools, holds and disuse', async () => {
    expect(await names(admin, { hasDestructiveTools: true })).toContain(ledger.name);
    expect(await names(admin, { hasDestructiveTools: false })).toContain(refunds.name);
    expect(await names(admin, { quarantined: true })).toEqual([]);
    expect(await names(admin, { unusedForDays: 7 })).toEqual([]);
    plane.clock.advance(10 * DAY_MS);
    const { alias } = (await plane.prisma.server.findFirst({ where: { name: refunds.name } })) ?? { alias: '' };
    await plane.prisma.usageHour.create({
      data: {
        organizationId: acme.id,
        environmentId: acme.environment('production').id,
        hour: new Date(plane.clock.now().getTime() - DAY_MS),
        agentId: 'agt_1',
        alias,
        version: '1.0.0',
        tool: 'createRefund',
        ok: 3,
        refused: 1,
        errors: 0,
      },
    });
    const unused = await names(admin, { unusedForDays: 7 });
    expect(unused).toContain(greeter.name);
    expect(unused).not.toContain(refunds.name);
  });

  it('hold together with a search, and in its count', async () => {
    expect(await names(admin, { search: 'acme', team: 'support' })).toEqual([greeter.name]);
    expect(await finder().count(admin.context(), { search: 'acme', team: 'support' })).toBe(1);
    expect(await names(admin, { search: 'balance', state: 'active' })).toEqual([refunds.name]);
  });
});

describe('a search for tools', () => {
  const found = async (by: PersonSeed, query: object) =>
    (await tools().page(by.context(), { first: 50, ...query })).items.map((item) => `${item.serverName} ${item.name}`);

  it('finds tools of the version that speaks for each server', async () => {
    expect(await found(admin, { search: 'balance' })).toEqual(
      expect.arrayContaining([`${ledger.name} get_balance`, `${refunds.name} get_balance`]),
    );
    const next = await pay.publishes(refunds.name, '1.1.0');
    await next.seen({ tools: [REFUND_TOOL, BALANCE_TOOL, { ...GREET_TOOL, name: 'refund_later' }] });
    await index().index(next.id);
    expect(await found(admin, { search: 'refund_later' })).not.toContain(`${refunds.name} refund_later`);
    expect(await found(admin, { search: 'refund_later', state: 'draft' })).toEqual([`${refunds.name} refund_later`]);
  });

  it('leaves out what has ended unless it is asked for', async () => {
    const version = await other.publishes('com.acme.support/poor', '1.0.0');
    await version.reaches('in_review', { owner: other, reviewer }, { tools: [{ ...GREET_TOOL, name: 'poorly_made' }] });
    await index().index(version.id);
    expect(await found(admin, { search: 'poorly_made' })).toEqual([`${version.name} poorly_made`]);
    await version.moves(reviewer, 'rejected', { reason: 'It is poor.' });
    expect(await found(admin, { search: 'poorly_made' })).toEqual([]);
    expect(await found(admin, { search: 'poorly_made', state: 'rejected' })).toEqual([`${version.name} poorly_made`]);
  });

  it('filters by hints and server', async () => {
    expect(await found(admin, { readOnly: true, server: ledger.name })).toEqual([`${ledger.name} get_balance`]);
    expect(await found(admin, { destructive: true, server: ledger.name })).toEqual([`${ledger.name} wipe`]);
  });

  it('shows nothing of other teams', async () => {
    expect(await found(other, { search: 'balance' })).toEqual([]);
    expect(await found(other, { server: ledger.name })).toEqual([]);
    expect(await tools().count(other.context(), { server: ledger.name })).toBe(0);
    const ref = { server: ledger.name, tool: 'wipe' };
    await expect(tools().definition(other.context(), ref)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await tools().definition(pay.context(), ref)).definition['name']).toBe('wipe');
    await expect(tools().definition(pay.context(), { ...ref, tool: 'nothing' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});

describe('what a row of the catalogue shows', () => {
  it('is counted for many servers at once', async () => {
    const rows = await plane.prisma.server.findMany({ where: { organizationId: acme.id } });
    const idOf = (name: string) => rows.find((row) => row.name === name)?.id ?? '';
    const facts = plane.get(ServerFactsReadModel);
    const found = await facts.factsOf(
      acme.id,
      rows.map((row) => row.id),
    );
    expect(found.find((one) => one.serverId === idOf(ledger.name))).toEqual({
      serverId: idOf(ledger.name),
      tools: 2,
      destructiveTools: 1,
      openWorldTools: 2,
      known: true,
      quarantined: false,
      unauthenticatedAccessRefused: false,
      era: null,
      protocolVersion: null,
    });
    const calls = await facts.callsOf(
      acme.id,
      rows.map((row) => row.id),
      plane.clock.now(),
    );
    expect(calls.get(idOf(refunds.name))).toEqual([...Array(28).fill(0), 4, 0]);
    expect(calls.get(idOf(ledger.name))).toEqual(Array(30).fill(0));
  });
});
