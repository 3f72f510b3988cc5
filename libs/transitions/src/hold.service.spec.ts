import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DAY_MS } from '@rollcall/kernel';
import {
  type ControlPlane,
  type OrganizationSeed,
  openControlPlane,
  type PersonSeed,
  seed,
  type TeamSeed,
} from '@rollcall/testing';
import { HoldService, type TransitionInput, TransitionService } from './index.js';

let plane: ControlPlane;
let acme: OrganizationSeed;
let payments: TeamSeed;
let olivia: PersonSeed;
let ci: PersonSeed;
let riley: PersonSeed;
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
});

const publish = (version = '1.0.0', server = 'ledger') => ci.publishes(`${payments.namespace}/${server}`, version);
const road = () => ({ owner: olivia, reviewer: riley });
const inDays = (days: number) => new Date(plane.clock.now().getTime() + days * DAY_MS);
const canI = (who: PersonSeed, input: TransitionInput) => plane.get(TransitionService).canI(who.context(), input);
const unmet = (guard: string) => ({ code: 'GUARD_UNMET', message: expect.stringContaining(guard) });

describe('a quarantine', () => {
  const hold = (verb: 'quarantine' | 'release', who: PersonSeed, id: string, reason = 'It leaks.') =>
    plane.get(HoldService)[verb](who.context(), { version: { byId: id }, reason });
  const kills = (environment: 'staging' | 'production') =>
    plane.prisma.killEntry.findMany({
      where: { environmentId: acme.environment(environment).id },
      orderBy: { sequence: 'asc' },
    });

  it('is on every kill list at once, is lifted again, and numbers never fall', async () => {
    const version = await publish();
    await version.reaches('active', road());
    await hold('quarantine', riley, version.id);
    await hold('quarantine', riley, version.id); // again changes nothing
    expect(await version.row()).toMatchObject({ quarantineReason: 'It leaks.', isLatest: false });
    await hold('release', riley, version.id, 'Fixed.');
    await hold('release', riley, version.id, 'Fixed.');
    await hold('quarantine', riley, version.id);
    for (const environment of ['staging', 'production'] as const) {
      const entries = await kills(environment);
      expect(entries.map((one) => [one.sequence, one.lifted])).toEqual([
        [1, false],
        [2, true],
        [3, false],
      ]);
    }
    const audit = await plane.prisma.auditEvent.findMany({
      where: { organizationId: acme.id },
      orderBy: { sequence: 'asc' },
    });
    expect(audit.map((one) => one.action).slice(-3)).toEqual([
      'version.quarantine',
      'version.release',
      'version.quarantine',
    ]);
  });

  it('of many versions at once gives every one its own number', async () => {
    const versions = await Promise.all(Array.from({ length: 12 }, (_, n) => publish('1.0.0', `server-${n}`)));
    await Promise.all(versions.map((one) => hold('quarantine', riley, one.id)));
    expect((await kills('production')).map((one) => one.sequence)).toEqual(versions.map((_, n) => n + 1));
  });

  it('is for reviewers, with a reason, and not there for others', async () => {
    const version = await publish();
    await expect(hold('quarantine', olivia, version.id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(hold('quarantine', riley, version.id, ' ')).rejects.toMatchObject({ code: 'REASON_REQUIRED' });
    const oscar = await (await acme.team('marketing')).maintainer('oscar');
    await expect(hold('quarantine', oscar, version.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await hold('quarantine', riley, version.id);
    await expect(hold('release', olivia, version.id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(await version.row()).toMatchObject({ quarantineReason: 'It leaks.' });
  });

  it('is set by programs too, and lifted by nobody but a person', async () => {
    const version = await publish();
    const person = riley.context();
    const program = { ...person, principal: { ...person.principal, kind: 'service_account' as const } };
    const input = { version: { byId: version.id }, reason: 'It leaks.' };
    await plane.get(HoldService).quarantine(program, input);
    await expect(plane.get(HoldService).release(program, input)).rejects.toMatchObject({
      code: 'FORBIDDEN',
      message: expect.stringContaining('Only a person'),
    });
    expect(await version.row()).toMatchObject({ quarantineReason: 'It leaks.' });
  });

  it('keeps a version from going forward', async () => {
    const version = await publish();
    await version.reaches('in_review', road());
    await hold('quarantine', riley, version.id);
    await expect(version.moves(riley, 'staging')).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });
});

describe('an exception', () => {
  const grant = (who: PersonSeed, server: string, more: { guard?: string; expiresAt?: Date; reason?: string } = {}) =>
    plane.get(HoldService).grantException(who.context(), {
      server: { byName: server },
      guard: 'unauthenticated_access_refused',
      reason: 'Inside the mesh.',
      expiresAt: inDays(10),
      ...more,
    });

  it('opens its guard until it expires', async () => {
    const version = await publish();
    await version.reaches('in_review', road(), { refusedWithoutToken: false });
    const approve = () => version.moves(riley, 'staging');
    await expect(approve()).rejects.toMatchObject(unmet('unauthenticated_access_refused'));
    await grant(riley, version.name);
    const canApprove = { version: version.ref, to: 'staging' as const };
    expect(await canI(riley, canApprove)).toMatchObject({ answer: 'yes' });
    plane.clock.advance(11 * DAY_MS);
    await expect(approve()).rejects.toMatchObject(unmet('unauthenticated_access_refused'));
    await grant(riley, version.name);
    await approve();
  });

  it('exists for few guards, ends within a year, has a reason, and is written by reviewers', async () => {
    const { name } = await publish();
    const bad = { code: 'BAD_REQUEST' };
    for (const guard of ['four_eyes', 'contract_known', 'drained', 'nonsense']) {
      await expect(grant(riley, name, { guard })).rejects.toMatchObject(bad);
    }
    for (const days of [-1, 0, 400])
      await expect(grant(riley, name, { expiresAt: inDays(days) })).rejects.toMatchObject(bad);
    await expect(grant(riley, name, { expiresAt: new Date(Number.NaN) })).rejects.toMatchObject(bad);
    await expect(grant(riley, name, { reason: '' })).rejects.toMatchObject({ code: 'REASON_REQUIRED' });
    await expect(grant(olivia, name)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const stranger = await (await seed(plane).organization(`other${count}`)).reviewer('ray');
    await expect(grant(stranger, name)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await plane.prisma.guardException.count({ where: { organizationId: acme.id } })).toBe(0);
  });
});
