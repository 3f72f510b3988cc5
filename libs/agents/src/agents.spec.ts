import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { tokenDigest } from '@rollcall/access';
import {
  type ControlPlane,
  type OrganizationSeed,
  openControlPlane,
  type PersonSeed,
  type ServerVersionSeed,
  seed,
} from '@rollcall/testing';
import { AgentService, type GrantInput, GrantService } from './index.js';

let plane: ControlPlane;
let acme: OrganizationSeed;
let olivia: PersonSeed;
let ci: PersonSeed;
let oscar: PersonSeed;
let version: ServerVersionSeed;
let count = 0;

beforeAll(async () => {
  plane = await openControlPlane();
});
afterAll(() => plane?.close());

beforeEach(async () => {
  acme = await seed(plane).organization(`acme${++count}`);
  const payments = await acme.team('payments');
  olivia = await payments.maintainer('olivia');
  ci = await payments.developer('ci');
  oscar = await (await acme.team('marketing')).maintainer('oscar');
  version = await ci.publishes(`${payments.namespace}/ledger`, '1.2.0');
});

const create = (who: PersonSeed, slug = 'bot', team = 'payments') =>
  plane.get(AgentService).create(who.context(), { slug, name: 'Bot', team });
const issue = (who: PersonSeed, agent = 'bot') => plane.get(AgentService).issueToken(who.context(), { agent });
const grant = (who: PersonSeed, more: Partial<GrantInput> = {}) =>
  plane.get(GrantService).create(who.context(), {
    agent: 'bot',
    server: { byName: version.name },
    environment: 'production',
    tools: ['greet'],
    ...more,
  });

describe('an agent', () => {
  it('is registered by the maintainers of its team, once', async () => {
    await expect(create(oscar)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(create(ci)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(create(olivia, 'Not A Slug')).rejects.toMatchObject({ code: 'AGENT_INVALID' });
    await create(olivia);
    await expect(create(olivia)).rejects.toMatchObject({ code: 'AGENT_EXISTS' });
  });

  it('gets tokens of which only the SHA-256 is kept', async () => {
    await create(olivia);
    const token = await issue(olivia);
    const rows = await plane.prisma.agentToken.findMany({ where: { organizationId: acme.id } });
    expect(rows.map((row) => row.sha256)).toEqual([tokenDigest(token)]);
    const everything = [rows, await plane.prisma.auditEvent.findMany(), await plane.prisma.outboxEvent.findMany()];
    const text = JSON.stringify(everything, (_, value) => (typeof value === 'bigint' ? String(value) : value));
    expect(text).not.toContain(token);
  });

  it('is not there for another team or organization, and forbidden without the role', async () => {
    await create(olivia);
    const mallory = await (await seed(plane).organization(`other${count}`)).admin('mallory');
    for (const outsider of [oscar, mallory]) {
      await expect(issue(outsider)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect(await plane.get(AgentService).list(outsider.context())).toEqual([]);
    }
    await expect(issue(ci)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(issue(await acme.auditor('aud'))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await plane.get(AgentService).list(ci.context())).toHaveLength(1);
  });
});

describe('a grant', () => {
  beforeEach(async () => {
    await create(olivia);
    await version.reaches('active', { owner: olivia, reviewer: await acme.reviewer('riley') });
  });

  it('follows the compatible range of the newest active version when none is named', async () => {
    expect(await grant(olivia)).toMatchObject({ versions: '^1.2.0', tools: ['greet'] });
    expect(await grant(olivia, { versions: '1.2.0', tools: ['*', '*'] })).toMatchObject({ tools: ['*'] });
  });

  it('names only versions and tools there are', async () => {
    await expect(grant(olivia, { tools: ['wipe'] })).rejects.toMatchObject({ code: 'TOOL_UNKNOWN' });
    await expect(grant(olivia, { versions: 'newest' })).rejects.toMatchObject({ code: 'VERSIONS_INVALID' });
    await expect(grant(olivia, { environment: 'moon' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(grant(olivia, { agent: 'nobody' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const idle = await ci.publishes(`${version.name}-idle`, '1.0.0');
    await expect(grant(olivia, { server: { byName: idle.name } })).rejects.toMatchObject({ code: 'NO_ACTIVE_VERSION' });
  });

  it('is given and taken back by the owner of the server', async () => {
    await expect(grant(oscar)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(grant(ci)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const { id } = await grant(olivia);
    const revoke = (who: PersonSeed) => plane.get(GrantService).revoke(who.context(), { id, reason: 'Done.' });
    const mallory = await (await seed(plane).organization(`other${count}`)).admin('mallory');
    await expect(revoke(oscar)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(revoke(mallory)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(revoke(ci)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const revoked = await revoke(olivia);
    expect(revoked.revokedAt).not.toBeNull();
    plane.clock.advance(1_000);
    expect((await revoke(olivia)).revokedAt).toEqual(revoked.revokedAt);
    const lines = { organizationId: acme.id, action: { startsWith: 'grant.' } };
    expect(await plane.prisma.auditEvent.count({ where: lines })).toBe(2);
  });
});
