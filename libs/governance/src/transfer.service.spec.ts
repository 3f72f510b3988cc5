import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type ControlPlane,
  type OrganizationSeed,
  openControlPlane,
  type PersonSeed,
  type ServerVersionSeed,
  seed,
  type TeamSeed,
} from '@rollcall/testing';
import { RenameService, TransferService } from './index.js';

let plane: ControlPlane;
let acme: OrganizationSeed;
let payments: TeamSeed;
let banking: TeamSeed;
let olivia: PersonSeed;
let oscar: PersonSeed;
let ada: PersonSeed;
let version: ServerVersionSeed;
let count = 0;

beforeAll(async () => {
  plane = await openControlPlane();
});
afterAll(() => plane?.close());

beforeEach(async () => {
  acme = await seed(plane).organization(`acme${++count}`);
  payments = await acme.team('payments');
  banking = await acme.team('banking');
  olivia = await payments.maintainer('olivia');
  oscar = await banking.maintainer('oscar');
  ada = await acme.admin('ada');
  version = await olivia.publishes(`${payments.namespace}/ledger`, '1.0.0');
});

const service = () => plane.get(TransferService);
const offer = (who: PersonSeed, more: { toTeam?: string; reason?: string; direct?: boolean } = {}) =>
  service().request(who.context(), {
    server: { byName: version.name },
    toTeam: 'banking',
    reason: 'They run it.',
    ...more,
  });
const owner = async () => {
  const { serverId } = await version.row();
  return (await plane.prisma.server.findUniqueOrThrow({ where: { id: serverId } })).teamId;
};

describe('a server', () => {
  it('changes hands when one side offers and the other accepts; then the new owner publishes, the old one does not', async () => {
    const { id } = await offer(olivia);
    expect(await owner()).toBe(payments.id);
    const { items } = await service().page(oscar.context(), { first: 10, pending: true });
    expect(items.map((one) => one.id)).toEqual([id]);
    await service().accept(oscar.context(), id);
    expect(await owner()).toBe(banking.id);
    await oscar.publishes(version.name, '1.1.0');
    await expect(olivia.publishes(version.name, '1.2.0')).rejects.toMatchObject({ code: 'NAMESPACE_NOT_OWNED' });
    // the namespace stayed where it is
    await olivia.publishes(`${payments.namespace}/other`, '1.0.0');
    await expect(oscar.publishes(`${payments.namespace}/third`, '1.0.0')).rejects.toMatchObject({
      code: 'NAMESPACE_NOT_OWNED',
    });
    const where = { organizationId: acme.id };
    const audit = await plane.prisma.auditEvent.findMany({
      where: { ...where, action: { startsWith: 'server.transfer' } },
      orderBy: { sequence: 'asc' },
    });
    expect(audit.map((one) => [one.action, one.actorHandle])).toEqual([
      ['server.transfer', 'olivia'],
      ['server.transfer_accept', 'oscar'],
    ]);
    expect(audit[1]?.data).toMatchObject({ from: 'payments', to: 'banking' });
    expect(await plane.prisma.outboxEvent.count({ where: { ...where, topic: 'server.transferred' } })).toBe(1);
  });

  it('stays when the other side declines or the first takes it back', async () => {
    const declined = await offer(olivia);
    await expect(service().decline(oscar.context(), declined.id, ' ')).rejects.toMatchObject({
      code: 'REASON_REQUIRED',
    });
    await service().decline(oscar.context(), declined.id, 'Not ours.');
    const cancelled = await offer(olivia);
    await service().cancel(olivia.context(), cancelled.id);
    for (const { id } of [declined, cancelled]) {
      await expect(service().accept(oscar.context(), id)).rejects.toMatchObject({ code: 'TRANSFER_REFUSED' });
    }
    expect(await owner()).toBe(payments.id);
  });

  it('is offered by its maintainers and accepted by the other team’s, in one step by an administrator', async () => {
    const dev = await payments.developer('dev');
    await expect(offer(dev)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(offer(oscar)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(offer(olivia, { direct: true })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(offer(olivia, { toTeam: 'nobody' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(offer(olivia, { toTeam: 'payments' })).rejects.toMatchObject({ code: 'TRANSFER_REFUSED' });
    await expect(offer(olivia, { reason: '' })).rejects.toMatchObject({ code: 'REASON_REQUIRED' });
    const { id } = await offer(olivia);
    await expect(offer(olivia)).rejects.toMatchObject({ code: 'TRANSFER_REFUSED' });
    await expect(service().accept(olivia.context(), id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const outsider = await (await acme.team('marketing')).maintainer('mia');
    await expect(service().accept(outsider.context(), id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await service().cancel(ada.context(), id);
    expect(await offer(ada, { direct: true })).toMatchObject({ status: 'accepted' });
    expect(await owner()).toBe(banking.id);
  });

  it('never goes to a team without anybody, and its team cannot be deleted', async () => {
    await acme.team('empty');
    await expect(offer(ada, { toTeam: 'empty', direct: true })).rejects.toMatchObject({ code: 'TRANSFER_REFUSED' });
    await plane.prisma.namespace.updateMany({ where: { teamId: payments.id }, data: { teamId: banking.id } });
    await expect(plane.prisma.team.delete({ where: { id: payments.id } })).rejects.toThrow();
  });

  it('is accepted once when many accept at the same time', async () => {
    const { id } = await offer(olivia);
    const all = await Promise.allSettled(
      Array.from({ length: 5 }, (_, index) =>
        index % 2 ? service().accept(oscar.context(), id) : service().decline(oscar.context(), id, 'No.'),
      ),
    );
    expect(all.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
  });
});

describe('a renamed server', () => {
  const rename = (who: PersonSeed, name: string, alias?: string) =>
    plane.get(RenameService).rename(who.context(), {
      server: { byName: version.name },
      name,
      ...(alias === undefined ? {} : { alias }),
    });

  it('goes on under the new name; its old name shows where, and takes no more versions', async () => {
    const riley = await acme.reviewer('riley');
    await version.reaches('active', { owner: olivia, reviewer: riley });
    const name = `${payments.namespace}/book`;
    const id = await rename(olivia, name);
    expect(await version.row()).toMatchObject({ state: 'active', statusMessage: `Renamed to ${name}.` });
    const refused = { code: 'SERVER_RENAMED', details: { renamedTo: name } };
    await expect(olivia.publishes(version.name, '1.1.0')).rejects.toMatchObject(refused);
    await olivia.publishes(name, '1.1.0');
    const { serverId } = await version.row();
    const old = await plane.prisma.server.findUniqueOrThrow({ where: { id: serverId } });
    const next = await plane.prisma.server.findUniqueOrThrow({ where: { id } });
    expect(old.renamedToId).toBe(id);
    expect([next.name, next.alias, next.teamId, next.criticality]).toEqual([
      name,
      'book',
      payments.id,
      old.criticality,
    ]);
    const where = { organizationId: acme.id, action: 'server.rename' };
    expect(await plane.prisma.auditEvent.findMany({ where })).toMatchObject([{ data: { name } }]);
  });

  it('is renamed by its maintainers to a name of their own, once, and never in a circle', async () => {
    const dev = await payments.developer('dev');
    const free = `${payments.namespace}/book`;
    await expect(rename(dev, free)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(rename(oscar, free)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    for (const bad of [version.name, 'book', `${banking.namespace}/book`, 'com.nobody/book', 'a/b/c']) {
      await expect(rename(olivia, bad)).rejects.toMatchObject({ code: 'RENAME_REFUSED' });
    }
    await expect(rename(olivia, free, 'ledger')).rejects.toMatchObject({ code: 'RENAME_REFUSED' });
    await rename(olivia, free);
    await expect(rename(olivia, `${payments.namespace}/tome`)).rejects.toMatchObject({ code: 'RENAME_REFUSED' });
    const back = plane.get(RenameService).rename(olivia.context(), { server: { byName: free }, name: version.name });
    await expect(back).rejects.toMatchObject({ code: 'RENAME_REFUSED' });
    const limited = { ...olivia.context(), serverNames: ['com.other/*'] };
    const outside = plane.get(RenameService).rename(limited, { server: { byName: free }, name: `${free}2` });
    await expect(outside).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});
