import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AuditLog } from '@rollcall/audit';
import { HOUR_MS, MINUTE_MS } from '@rollcall/kernel';
import {
  type ControlPlane,
  type OrganizationSeed,
  openControlPlane,
  type PersonSeed,
  type ServerVersionSeed,
  seed,
  type TeamSeed,
} from '@rollcall/testing';
import { type BreakGlassInput, BreakGlassService, HoldService } from './index.js';

let plane: ControlPlane;
let acme: OrganizationSeed;
let payments: TeamSeed;
let olivia: PersonSeed;
let riley: PersonSeed;
let ada: PersonSeed;
let bert: PersonSeed;
let version: ServerVersionSeed;
let count = 0;

beforeAll(async () => {
  plane = await openControlPlane();
});
afterAll(() => plane?.close());

beforeEach(async () => {
  acme = await seed(plane).organization(`acme${++count}`);
  payments = await acme.team('payments');
  olivia = await payments.maintainer('olivia');
  riley = await acme.reviewer('riley');
  ada = await acme.admin('ada');
  bert = await acme.admin('bert');
  version = await olivia.publishes(`${payments.namespace}/ledger`, '1.0.0');
});

const service = () => plane.get(BreakGlassService);
const ask = (who: PersonSeed, to: BreakGlassInput['to'], more: Partial<BreakGlassInput> = {}) =>
  service().request(who.context(), { version: version.ref, to, reason: 'Customers are down.', ...more });
const confirm = (who: PersonSeed, id: string) => service().confirm(who.context(), id);
const staged = () => version.reaches('staging', { owner: olivia, reviewer: riley });

describe('breaking the glass', () => {
  it('takes two administrators, and is on the version for ever with the evidence of the moment', async () => {
    await staged();
    const id = await ask(ada, 'active');
    await version.seen({ environment: 'staging' });
    plane.clock.advance(25 * MINUTE_MS);
    const { transitionId } = await confirm(bert, id);
    expect(await version.row()).toMatchObject({ state: 'active', isLatest: true });
    const step = await plane.prisma.transition.findUniqueOrThrow({ where: { id: transitionId } });
    expect(step).toMatchObject({
      breakGlass: true,
      actorHandle: 'ada',
      confirmedBy: bert.id,
      reason: 'Customers are down.',
      overridden: false,
    });
    const request = await plane.prisma.breakGlassRequest.findUniqueOrThrow({ where: { id } });
    expect(request).toMatchObject({ status: 'confirmed', transitionId, decidedByHandle: 'bert' });
    // asked for when nobody had looked in staging; by the time of the confirmation somebody had
    const statusOf = (guards: unknown) =>
      (guards as { guard: string; status: string }[]).find((one) => one.guard === 'staging_inspection_fresh')?.status;
    expect([statusOf(request.guards), statusOf(step.guards)]).toEqual(['unknown', 'met']);
    const acts = (await plane.get(AuditLog).page(acme.id, { afterSequence: 0n, take: 100 })).filter((one) =>
      one.action.startsWith('version.break_glass'),
    );
    expect(acts.map((one) => [one.action, one.actorHandle])).toEqual([
      ['version.break_glass', 'ada'],
      ['version.break_glass_confirm', 'bert'],
    ]);
  });

  it('is no way to be one’s own second person, nor for a program, a reviewer or an owner', async () => {
    await staged();
    const id = await ask(ada, 'active');
    await expect(confirm(ada, id)).rejects.toMatchObject({ code: 'SECOND_PERSON_REQUIRED' });
    for (const who of [riley, olivia]) {
      await expect(confirm(who, id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await expect(ask(who, 'active')).rejects.toMatchObject({ code: 'FORBIDDEN' });
    }
    const bot = { ...bert.context(), principal: { ...bert.context().principal, kind: 'service_account' as const } };
    await expect(service().confirm(bot, id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(service().request(bot, { version: version.ref, to: 'active', reason: 'x' })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    const mallory = await (await seed(plane).organization(`other${count}`)).admin('mallory');
    await expect(confirm(mallory, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await version.row()).toMatchObject({ state: 'staging' });
    // the database says the same, whatever the code does
    const forged = plane.prisma.breakGlassRequest.update({
      where: { id },
      data: { status: 'confirmed', decidedBy: ada.id, transitionId: 'trn_x' },
    });
    await expect(forged).rejects.toThrow();
  });

  it('waits an hour, or what the organization says, and then is over', async () => {
    await staged();
    const late = await ask(ada, 'active');
    await expect(ask(bert, 'active')).rejects.toMatchObject({ code: 'BREAK_GLASS_REFUSED' });
    plane.clock.advance(HOUR_MS);
    await expect(confirm(bert, late)).rejects.toMatchObject({ code: 'BREAK_GLASS_NOT_PENDING' });
    await plane.prisma.organization.update({ where: { id: acme.id }, data: { policy: { breakGlassMinutes: 5 } } });
    const short = await ask(bert, 'active'); // the expired one is out of the way
    plane.clock.advance(6 * MINUTE_MS);
    await expect(confirm(ada, short)).rejects.toMatchObject({ code: 'BREAK_GLASS_NOT_PENDING' });
    const { items } = await service().list(ada.context(), { first: 10 });
    expect(items.map((one) => one.status)).toEqual(['expired', 'expired']);
  });

  it('is confirmed once when two confirm at once', async () => {
    await staged();
    const cleo = await acme.admin('cleo');
    const id = await ask(ada, 'active');
    const both = await Promise.allSettled([confirm(bert, id), confirm(cleo, id), confirm(bert, id)]);
    expect(both.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
    expect(await plane.prisma.transition.count({ where: { versionId: version.id, breakGlass: true } })).toBe(1);
  });

  it('is taken back or turned down by either, with an audit line, and then cannot be confirmed', async () => {
    await staged();
    for (const who of [ada, bert]) {
      const id = await ask(ada, 'active');
      await service().cancel(who.context(), id);
      await expect(confirm(bert, id)).rejects.toMatchObject({ code: 'BREAK_GLASS_NOT_PENDING' });
      await expect(service().cancel(ada.context(), id)).rejects.toMatchObject({ code: 'BREAK_GLASS_NOT_PENDING' });
    }
    const where = { organizationId: acme.id, action: 'version.break_glass_cancel' };
    expect(await plane.prisma.auditEvent.count({ where })).toBe(2);
  });

  it('is no way around a quarantine, also one that came after it was asked for', async () => {
    await staged();
    const id = await ask(ada, 'active');
    const hold = { version: version.ref, reason: 'It leaks.' };
    await plane.get(HoldService).quarantine(riley.context(), hold);
    await expect(confirm(bert, id)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    await service().cancel(ada.context(), id);
    await expect(ask(ada, 'active')).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  it('is not needed where guards are met or there are none, and cannot make up for a missing contract', async () => {
    await expect(ask(ada, 'in_review')).rejects.toMatchObject({ code: 'BREAK_GLASS_REFUSED' }); // nothing to pin
    await expect(ask(ada, 'active')).rejects.toMatchObject({ code: 'NO_SUCH_TRANSITION' });
    await staged();
    await version.seen({ environment: 'staging' });
    await expect(ask(ada, 'active')).rejects.toMatchObject({ code: 'BREAK_GLASS_REFUSED' });
    await expect(ask(ada, 'active', { reason: ' ' })).rejects.toMatchObject({ code: 'REASON_REQUIRED' });
    await version.moves(olivia, 'active');
    await expect(ask(ada, 'deprecated')).rejects.toMatchObject({ code: 'BREAK_GLASS_REFUSED' }); // no date
    const itself = { successor: { server: version.name, version: '1.0.0' }, sunsetAt: plane.clock.now() };
    await expect(ask(ada, 'deprecated', itself)).rejects.toMatchObject({ code: 'BREAK_GLASS_REFUSED' });
  });

  it('announces an end that is nearer than the policy allows', async () => {
    await staged();
    await version.seen({ environment: 'staging' });
    await version.moves(olivia, 'active');
    const sunsetAt = new Date(plane.clock.now().getTime() + HOUR_MS);
    const id = await ask(ada, 'deprecated', { noSuccessor: true, sunsetAt });
    await confirm(bert, id);
    expect((await version.row()).deprecation).toMatchObject({ sunsetAt: sunsetAt.toISOString() });
  });

  it('is over when the version has moved meanwhile', async () => {
    await staged();
    const id = await ask(ada, 'active');
    await version.seen({ environment: 'staging' });
    await version.moves(olivia, 'active');
    await expect(confirm(bert, id)).rejects.toMatchObject({ code: 'BREAK_GLASS_REFUSED' });
  });
});
