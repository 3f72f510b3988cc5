import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { RequestContext } from '@rollcall/kernel';
import { TransactionRunner } from '@rollcall/persistence';
import { type ChainedAuditEvent, verifyAuditChain } from '@rollcall/schema';
import { asOwner, type ControlPlane, type OrganizationSeed, openControlPlane, seed } from '@rollcall/testing';
import { AuditLog } from './index.js';

let plane: ControlPlane;
let acme: OrganizationSeed;
let ctx: RequestContext;
let count = 0;

beforeAll(async () => {
  plane = await openControlPlane();
});
afterAll(() => plane?.close());

beforeEach(async () => {
  acme = await seed(plane).organization(`acme-${++count}`);
  ctx = acme.system();
});

const append = (n: number) =>
  plane
    .get(TransactionRunner)
    .run((tx) => plane.get(AuditLog).append(tx, ctx, { action: 'server.read', subject: `server:${n}`, data: { n } }));

async function chain(): Promise<ChainedAuditEvent[]> {
  const rows = await plane.get(AuditLog).page(acme.id, { afterSequence: 0n, take: 1000 });
  return rows.map((row) => ({
    ...row,
    sequence: Number(row.sequence),
    at: row.at.toISOString(),
    data: row.data as ChainedAuditEvent['data'],
  }));
}

/** What somebody with the database's password could do. */
async function tamper(sql: string): Promise<void> {
  await asOwner(
    plane.url,
    `ALTER TABLE audit_events DISABLE TRIGGER ALL; ${sql}; ALTER TABLE audit_events ENABLE TRIGGER ALL`,
  );
}

describe('the audit log', () => {
  it('is a chain that verifies from its first event, as it is read back from the database', async () => {
    for (let n = 1; n <= 5; n++) await append(n);
    const data = { text: 'ä 𝄞 "quoted"', nested: { b: [1, 2.5, 1e21, -0, null], a: true }, '': 'empty key' };
    await plane
      .get(TransactionRunner)
      .run((tx) => plane.get(AuditLog).append(tx, ctx, { action: 'server.read', subject: 'x', data }));
    expect(verifyAuditChain(await chain())).toMatchObject({ ok: true, length: 6 });
  });

  it.each([
    ['edited data', `UPDATE audit_events SET data = '{"n": 99}' WHERE sequence = 2`, 2],
    ['an edited actor', `UPDATE audit_events SET actor_handle = 'eve' WHERE sequence = 3`, 3],
    ['an edited outcome', `UPDATE audit_events SET outcome = 'denied' WHERE sequence = 1`, 1],
    ['a moved time', `UPDATE audit_events SET at = at + interval '1 millisecond' WHERE sequence = 4`, 4],
    ['a removed event', 'DELETE FROM audit_events WHERE sequence = 2', 2],
    [
      'a removed event with the numbers closed up',
      'DELETE FROM audit_events WHERE sequence = 2; UPDATE audit_events SET sequence = sequence - 1 WHERE sequence > 2',
      2,
    ],
    [
      'two events that changed places',
      'UPDATE audit_events SET sequence = CASE sequence WHEN 2 THEN 1003 WHEN 3 THEN 1002 ELSE sequence END; UPDATE audit_events SET sequence = sequence - 1000 WHERE sequence > 1000',
      2,
    ],
  ])('shows %s', async (_what, sql, sequence) => {
    for (let n = 1; n <= 4; n++) await append(n);
    const ours = sql.replaceAll(' WHERE ', ` WHERE organization_id = '${acme.id}' AND `);
    const statements = ours.includes('CASE') ? ours.replace('END;', `END WHERE organization_id = '${acme.id}';`) : ours;
    for (const statement of statements.split('; ')) await tamper(statement);
    expect(verifyAuditChain(await chain())).toMatchObject({ ok: false, sequence });
  });

  it.each([
    "UPDATE audit_events SET actor_handle = 'eve'",
    'DELETE FROM audit_events',
    'TRUNCATE audit_events',
    'TRUNCATE audit_events CASCADE',
  ])('refuses %s in the database', async (sql) => {
    await append(1);
    await expect(plane.prisma.$executeRawUnsafe(sql)).rejects.toThrow('permission denied');
    await expect(asOwner(plane.url, sql)).rejects.toThrow('append-only');
    expect(await chain()).toHaveLength(1);
  });

  it('has no gap and no fork when twenty write at once', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, n) => append(n)));
    expect(verifyAuditChain(await chain())).toMatchObject({ ok: true, length: 20 });
  });

  it('keeps one chain per organization', async () => {
    await append(1);
    const other = await seed(plane).organization(`other-${count}`);
    await plane
      .get(TransactionRunner)
      .run((tx) => plane.get(AuditLog).append(tx, other.system(), { action: 'server.read', subject: 'y' }));
    expect(verifyAuditChain(await chain())).toMatchObject({ ok: true, length: 1 });
  });

  it('records a denied attempt although nothing else was written', async () => {
    await plane
      .get(AuditLog)
      .denied(ctx, { action: 'version.review', subject: 'version:x', data: { code: 'FORBIDDEN' } });
    expect(await chain()).toMatchObject([{ outcome: 'denied', action: 'version.review', requestId: ctx.requestId }]);
    expect(verifyAuditChain(await chain())).toMatchObject({ ok: true });
  });

  it('forgets the event of a change that was rolled back, and leaves no gap for it', async () => {
    const failing = plane.get(TransactionRunner).run(async (tx) => {
      await plane.get(AuditLog).append(tx, ctx, { action: 'server.read', subject: 'never' });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    await append(1);
    expect(await chain()).toMatchObject([{ sequence: 1, subject: 'server:1' }]);
  });
});
