import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DAY_MS, HOUR_MS } from '@rollcall/kernel';
import {
  type ControlPlane,
  type OrganizationSeed,
  openControlPlane,
  type PersonSeed,
  type ServerVersionSeed,
  seed,
  type TeamSeed,
} from '@rollcall/testing';
import { SunsetService } from './index.js';

let plane: ControlPlane;
let acme: OrganizationSeed;
let payments: TeamSeed;
let olivia: PersonSeed;
let version: ServerVersionSeed;
let sunset: Date;
let count = 0;

beforeAll(async () => {
  plane = await openControlPlane();
});
afterAll(() => plane?.close());

beforeEach(async () => {
  acme = await seed(plane).organization(`acme${++count}`);
  payments = await acme.team('payments');
  olivia = await payments.maintainer('olivia');
  const riley = await acme.reviewer('riley');
  version = await olivia.publishes(`${payments.namespace}/ledger`, '1.0.0');
  await version.reaches('active', { owner: olivia, reviewer: riley });
  sunset = new Date(plane.clock.now().getTime() + 40 * DAY_MS);
  await version.moves(olivia, 'deprecated', { noSuccessor: true, sunsetAt: sunset });
});

/** Sweeps the whole installation; returns what ended in this organization. */
async function sweep(): Promise<string[]> {
  const contextOf = (id: string) => ({ ...acme.system(), organizationId: id });
  const { ended } = await plane.get(SunsetService).sweep(contextOf, plane.clock.now());
  const mine = await plane.prisma.serverVersion.findMany({ where: { organizationId: acme.id }, select: { id: true } });
  return ended.filter((id) => mine.some((one) => one.id === id));
}
const daysBefore = (days: number) =>
  plane.clock.advance(sunset.getTime() - days * DAY_MS - plane.clock.now().getTime());
const told = async () => {
  const rows = await plane.prisma.outboxEvent.findMany({
    where: { organizationId: acme.id, topic: { startsWith: 'version.sunset' } },
    orderBy: { createdAt: 'asc' },
  });
  return rows.map((row) => [
    row.topic.slice('version.sunset_'.length),
    (row.payload as { days?: number }).days ?? null,
  ]);
};
const called = () =>
  plane.prisma.usageHour.create({
    data: {
      organizationId: acme.id,
      environmentId: acme.environment('production').id,
      hour: new Date(Math.floor(plane.clock.now().getTime() / HOUR_MS) * HOUR_MS),
      agentId: 'agt_1',
      alias: 'ledger',
      version: '1.0.0',
      tool: 'greet',
      ok: 1,
      refused: 0,
      errors: 0,
    },
  });

describe('the countdown to a sunset', () => {
  it('is said at 30, 7 and 1 days, once each, however often and at once it is swept', async () => {
    await Promise.all([sweep(), sweep()]);
    expect(await told()).toEqual([]);
    for (const days of [30, 29, 7, 6.5, 1, 0.5]) {
      daysBefore(days);
      await Promise.all([sweep(), sweep(), sweep()]);
    }
    expect(await told()).toEqual([
      ['approaching', 30],
      ['approaching', 7],
      ['approaching', 1],
    ]);
    await plane.prisma.outboxEvent.deleteMany({ where: { topic: 'version.sunset_approaching' } }); // purged, as time goes by
    await sweep();
    expect(await told()).toEqual([]);
  });

  it('says only the nearest after a pause, and follows the days that the organization chose', async () => {
    daysBefore(5);
    await sweep();
    expect(await told()).toEqual([['approaching', 7]]);
    await plane.prisma.organization.update({ where: { id: acme.id }, data: { policy: { countdownDays: [3, 2] } } });
    daysBefore(2.5);
    await sweep();
    daysBefore(1.5);
    await sweep();
    expect(await told()).toEqual([
      ['approaching', 7],
      ['approaching', 3],
      ['approaching', 2],
    ]);
  });

  it('begins anew with a new date, and stops when the end is taken back', async () => {
    daysBefore(30);
    await sweep();
    await version.moves(olivia, 'active', { reason: 'Not yet.' });
    daysBefore(6);
    await sweep();
    sunset = new Date(plane.clock.now().getTime() + 31 * DAY_MS);
    await version.moves(olivia, 'deprecated', { noSuccessor: true, sunsetAt: sunset });
    daysBefore(29);
    await sweep();
    expect(await told()).toEqual([
      ['approaching', 30],
      ['approaching', 30],
    ]);
  });

  it('says once that the day has come while somebody still calls, and ends the version when nobody does', async () => {
    daysBefore(0);
    await called();
    expect(await sweep()).toEqual([]);
    expect(await sweep()).toEqual([]);
    expect(await told()).toEqual([['reached', null]]);
    plane.clock.advance(8 * DAY_MS);
    expect(await sweep()).toEqual([version.id]);
    expect(await sweep()).toEqual([]);
    expect(await told()).toEqual([['reached', null]]);
  });
});

describe('a sweep', () => {
  it('looks at every version, however many wait, in the order in which they end', async () => {
    const { serverId } = await version.row();
    daysBefore(0);
    await called();
    const past = new Date(sunset.getTime() - DAY_MS).toISOString();
    await plane.prisma.$executeRaw`
      INSERT INTO server_versions (id, organization_id, server_id, version, manifest, manifest_digest, state,
        state_changed_at, publisher_id, published_at, approval_rules, deprecation)
      SELECT 'bulk_' || ${acme.id} || lpad(n::text, 4, '0'), ${acme.id}, ${serverId}, '0.0.' || n, '{}'::jsonb, 'd', 'deprecated',
        now(), 'x', now(), '{}'::jsonb, jsonb_build_object('sunsetAt', ${past}::text, 'message', 'x', 'successor', null)
      FROM generate_series(1, 210) n`;
    const ended = await sweep();
    expect(ended).toHaveLength(210);
    expect(ended).toEqual([...ended].sort());
    expect(await version.row()).toMatchObject({ state: 'deprecated' }); // still called: it stopped nobody behind or before it
  });

  it('is not stopped by a version it cannot judge, and says so at the end', async () => {
    const other = await seed(plane).organization(`broken${count}`);
    const team = await other.team('payments');
    const owner = await team.maintainer('omar');
    const broken = await owner.publishes(`${team.namespace}/ledger`, '1.0.0');
    await broken.reaches('active', { owner, reviewer: await other.reviewer('rita') });
    await broken.moves(owner, 'deprecated', { noSuccessor: true, sunsetAt: new Date(sunset.getTime() - DAY_MS) });
    daysBefore(0);
    await plane.prisma.organization.update({ where: { id: other.id }, data: { policy: { drainWindowDays: 'x' } } });
    await expect(sweep()).rejects.toThrow('drainWindowDays');
    expect(await version.row()).toMatchObject({ state: 'decommissioned' });
    await plane.prisma.organization.update({ where: { id: other.id }, data: { policy: {} } });
  });
});
