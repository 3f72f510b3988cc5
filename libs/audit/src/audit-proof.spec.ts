import { createPublicKey, verify } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DAY_MS, type RequestContext } from '@rollcall/kernel';
import { PrismaService, TransactionRunner } from '@rollcall/persistence';
import {
  type AuditExportVerdict,
  AuditExportVerifier,
  type AuditPublicKey,
  type VerifySignature,
} from '@rollcall/schema';
import { asOwner, type ControlPlane, type OrganizationSeed, openControlPlane, seed } from '@rollcall/testing';
import fc from 'fast-check';
import { AuditCheckpoints, AuditExports, AuditLog, AuditRetention, FileAuditSigner } from './index.js';

const ed25519: VerifySignature = (publicKey, message, signature) => {
  const x = Buffer.from(publicKey, 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return verify(null, message, key, Buffer.from(signature, 'base64'));
};

let plane: ControlPlane;
let acme: OrganizationSeed;
let ctx: RequestContext;
let count = 0;

beforeAll(async () => {
  plane = await openControlPlane();
});
afterAll(() => plane?.close());

beforeEach(async () => {
  plane.clock.set(new Date(Date.now() - 200 * DAY_MS));
  acme = await seed(plane).organization(`acme-${++count}`);
  ctx = acme.system();
});

const append = (n: number) =>
  plane
    .get(TransactionRunner)
    .run((tx) => plane.get(AuditLog).append(tx, ctx, { action: 'server.read', subject: `server:${n}`, data: { n } }));
const appendAll = async (numbers: number[]) => {
  for (const n of numbers) await append(n);
};
const sign = () => plane.get(AuditCheckpoints).sign(ctx);
const prune = () => plane.get(AuditRetention).prune(ctx);
const retain = (days: number | null) =>
  plane.prisma.organization.update({ where: { id: acme.id }, data: { policy: { auditRetentionDays: days } } });

async function exported(range: { from?: Date; to?: Date } = {}): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of await plane.get(AuditExports).lines(ctx, range)) lines.push(line.slice(0, -1));
  return lines;
}

function verdictOf(lines: readonly string[], trusted?: readonly AuditPublicKey[]): AuditExportVerdict {
  const verifier = new AuditExportVerifier(ed25519, trusted);
  for (const line of lines) verifier.push(line);
  return verifier.end();
}

const sequences = (lines: readonly string[]) =>
  lines.map((line) => JSON.parse(line)).flatMap((value) => (value.kind === undefined ? [value.sequence] : []));

describe('a checkpoint', () => {
  it('states where the chain stands, signed once for each event', async () => {
    expect(await sign()).toBeNull();
    await appendAll([1, 2]);
    const first = await sign();
    expect(first).toMatchObject({ organizationId: acme.id, sequence: 2 });
    plane.clock.advance(DAY_MS);
    expect(await sign()).toEqual(first);
    await append(3);
    expect(await Promise.all([sign(), sign(), sign()])).toMatchObject([
      { sequence: 3 },
      { sequence: 3 },
      { sequence: 3 },
    ]);
    const other = await seed(plane).organization(`other-${count}`);
    expect(await plane.get(AuditCheckpoints).sign(other.system())).toBeNull();
  });

  it('cannot be written about an event that is not there, changed or removed', async () => {
    await append(1);
    await sign();
    const row = await plane.prisma.auditCheckpoint.findFirstOrThrow({ where: { organizationId: acme.id } });
    const lie = { ...row, sequence: 9n };
    await expect(plane.prisma.auditCheckpoint.create({ data: lie })).rejects.toThrow('no such event');
    for (const table of ['audit_checkpoints', 'audit_keys']) {
      await expect(asOwner(plane.url, `DELETE FROM ${table}`)).rejects.toThrow('append-only');
      await expect(asOwner(plane.url, `UPDATE ${table} SET key_id = 'x'`)).rejects.toThrow('append-only');
      await expect(asOwner(plane.url, `TRUNCATE ${table} CASCADE`)).rejects.toThrow('append-only');
    }
  });
});

describe('the audit key', () => {
  it('is made once, for its owner alone, and is the same for everybody who opens it', () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'rollcall-audit-key-'));
    const [first, second] = [new FileAuditSigner({ dir }), new FileAuditSigner({ dir })];
    expect(second.keyId).toBe(first.keyId);
    expect(statSync(path.join(dir, 'audit.key')).mode & 0o777).toBe(0o600);
    expect(ed25519(second.publicKey, Buffer.from('x'), first.sign(Buffer.from('x')))).toBe(true);
    rmSync(dir, { recursive: true });
  });

  it('stays closed without its passphrase', () => {
    const dir = mkdtempSync(path.join(tmpdir(), 'rollcall-audit-key-'));
    const { keyId } = new FileAuditSigner({ dir, passphrase: 'open sesame' });
    expect(new FileAuditSigner({ dir, passphrase: 'open sesame' }).keyId).toBe(keyId);
    expect(() => new FileAuditSigner({ dir }).keyId).toThrow(expect.objectContaining({ code: 'AUDIT_KEY_UNREADABLE' }));
    rmSync(dir, { recursive: true });
  });
});

describe('an export', () => {
  it('verifies without the database, and says how far it is signed', async () => {
    await appendAll([1, 2, 3]);
    await sign();
    await appendAll([4, 5]);
    const lines = await exported();
    expect(sequences(lines)).toEqual([1, 2, 3, 4, 5, 6]); // the export itself is the last event
    const keys = await plane.get(AuditCheckpoints).keys(acme.id);
    const signed = { sequence: 6, keyId: keys[0]?.keyId };
    expect(verdictOf(lines, keys)).toMatchObject({ ok: true, events: 6, first: 1, checkpoints: 2, signed });
    expect(verdictOf(lines)).toMatchObject({ ok: true });
  });

  it('reads more than one page in order', async () => {
    await plane.get(TransactionRunner).run(
      async (tx) => {
        for (let n = 0; n < 510; n++)
          await plane.get(AuditLog).append(tx, ctx, { action: 'server.read', subject: 'x' });
      },
      { timeoutMs: 60_000 },
    );
    expect(verdictOf(await exported())).toMatchObject({ ok: true, events: 511 });
    // what nobody has taken yet is not read: a page that vanishes meanwhile is missed only when its turn comes
    const lines = await plane.get(AuditExports).lines(ctx, {});
    for (let n = 0; n < 300; n++) expect((await lines.next()).done).toBe(false);
    await asOwner(
      plane.url,
      `ALTER TABLE audit_events DISABLE TRIGGER ALL; DELETE FROM audit_events WHERE organization_id = '${acme.id}' AND sequence > 500; ALTER TABLE audit_events ENABLE TRIGGER ALL`,
    );
    for (let n = 300; n < 501; n++) expect((await lines.next()).done).toBe(false);
    await expect(lines.next()).rejects.toThrow('vanished');
  }, 60_000);

  it('widens a range to the checkpoints around it', async () => {
    await appendAll([1, 2]);
    await sign();
    plane.clock.advance(DAY_MS);
    await append(3);
    const from = plane.clock.now();
    await append(4);
    const to = plane.clock.now();
    plane.clock.advance(DAY_MS);
    await append(5);
    await sign();
    plane.clock.advance(DAY_MS);
    await appendAll([6, 7]);
    const lines = await exported({ from, to });
    expect(sequences(lines)).toEqual([3, 4, 5]);
    expect(verdictOf(lines)).toMatchObject({ ok: true, first: 3, events: 3 });
  });

  it('is refused to who may not read the audit log', async () => {
    const nobody = await acme.nobody('nora');
    await expect(plane.get(AuditExports).lines(nobody.context(), {})).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  it('signed by a stranger does not verify against the keys that were kept', async () => {
    await append(1);
    const lines = await exported();
    const stranger = new FileAuditSigner({ dir: mkdtempSync(path.join(tmpdir(), 'rollcall-stranger-')) });
    expect(verdictOf(lines, [stranger])).toMatchObject({ ok: false, reason: expect.stringContaining('not trusted') });
    const forged = [{ keyId: JSON.parse(lines[0] ?? '').head.keyId, publicKey: stranger.publicKey }];
    expect(verdictOf(lines, forged)).toMatchObject({ ok: false });
  });

  it('does not verify with a checkpoint that stands in the database with another signature', async () => {
    await appendAll([1, 2]);
    await sign();
    await append(3);
    const forged = `${'A'.repeat(86)}==`;
    await asOwner(
      plane.url,
      `ALTER TABLE audit_checkpoints DISABLE TRIGGER ALL; UPDATE audit_checkpoints SET signature = '${forged}' WHERE organization_id = '${acme.id}'; ALTER TABLE audit_checkpoints ENABLE TRIGGER ALL`,
    );
    expect(verdictOf(await exported())).toMatchObject({
      ok: false,
      reason: expect.stringContaining('signature of a checkpoint'),
    });
  });

  it('shows every edit of every line, every line that was taken out, put in, moved, or cut off the end', async () => {
    await appendAll([1, 2, 3]);
    await sign();
    await appendAll([4, 5, 6]);
    const lines = await exported();
    const keys = await plane.get(AuditCheckpoints).keys(acme.id);
    expect(verdictOf(lines, keys)).toMatchObject({ ok: true });
    const index = fc.nat(lines.length - 1);
    const change = fc.oneof(
      fc.record({ kind: fc.constant('remove' as const), index }),
      fc.record({ kind: fc.constant('repeat' as const), index }),
      fc.record({ kind: fc.constant('cut' as const), index }),
      fc.record({ kind: fc.constant('swap' as const), index, with: index }),
      fc.record({
        kind: fc.constant('edit' as const),
        index,
        at: fc.nat(),
        character: fc.constantFrom('0', 'a', 'Z', ' '),
      }),
    );
    fc.assert(
      fc.property(change, (one) => {
        const forged = apply(lines, one);
        fc.pre(forged.join('\n') !== lines.join('\n'));
        let verdict: AuditExportVerdict | 'not an export';
        try {
          verdict = verdictOf(forged, keys);
        } catch {
          verdict = 'not an export';
        }
        // nothing at all is left of it: that is an empty file, and whoever reads it sees that
        if (forged.length === 0) return;
        if (verdict !== 'not an export') expect(verdict).toMatchObject({ ok: false });
      }),
      { numRuns: 600 },
    );
  });

  it('names the first event that does not hold', async () => {
    await appendAll([1, 2, 3, 4]);
    const lines = await exported();
    const at = (sequence: number) => lines.findIndex((line) => JSON.parse(line).sequence === sequence);
    const edited = lines.with(at(3), (lines[at(3)] ?? '').replace('server:3', 'server:9'));
    expect(verdictOf(edited)).toMatchObject({ ok: false, sequence: 3 });
    expect(verdictOf(lines.toSpliced(at(2), 1))).toMatchObject({ ok: false, sequence: 2 });
    const cut = lines.filter((line) => !(JSON.parse(line).sequence > 3 && !('kind' in JSON.parse(line))));
    expect(verdictOf(cut)).toMatchObject({ ok: false, sequence: 4 });
    expect(verdictOf(lines.slice(0, at(3)))).toMatchObject({ ok: false, sequence: 3 });
  });
});

type Change = { kind: string; index: number; with?: number; at?: number; character?: string };

function apply(lines: readonly string[], { kind, index, ...more }: Change): string[] {
  const line = lines[index] ?? '';
  if (kind === 'remove') return lines.toSpliced(index, 1);
  if (kind === 'repeat') return lines.toSpliced(index, 0, line);
  if (kind === 'cut') return lines.slice(0, index);
  if (kind === 'swap') return lines.with(index, lines[more.with ?? 0] ?? '').with(more.with ?? 0, line);
  const at = (more.at ?? 0) % line.length;
  return lines.with(index, line.slice(0, at) + more.character + line.slice(at + 1));
}

describe('pruning', () => {
  const aged = async () => {
    await appendAll([1, 2, 3]);
    await sign();
    plane.clock.advance(80 * DAY_MS);
    await append(4);
    await sign();
    plane.clock.set(new Date());
    await appendAll([5, 6]);
    await sign();
  };

  it('forgets nothing unless the policy says so', async () => {
    await aged();
    expect(await prune()).toBeNull();
    await retain(null);
    expect(await prune()).toBeNull();
  });

  it('forgets up to a signed checkpoint that is old enough, records it, and leaves a log that verifies', async () => {
    await aged();
    await retain(150);
    expect(await prune()).toMatchObject({ through: 3, pruned: 3 });
    const lines = await exported();
    expect(sequences(lines)).toEqual([4, 5, 6, 7, 8]);
    expect(JSON.parse(lines[0] ?? '').anchor).toMatchObject({ sequence: 3 });
    expect(verdictOf(lines)).toMatchObject({ ok: true, first: 4, events: 5 });
    const [event] = await plane.get(AuditLog).page(acme.id, { take: 1, action: 'audit.prune' });
    expect(event).toMatchObject({ sequence: 7n, data: { through: 3, pruned: 3, retentionDays: 150 } });
    expect(await prune()).toBeNull();
    await retain(90);
    expect(await prune()).toMatchObject({ through: 4, pruned: 1 });
    expect(verdictOf(await exported())).toMatchObject({ ok: true, first: 5 });
  });

  it('keeps 90 days whatever the policy says, and never what no checkpoint covers', async () => {
    await aged();
    await retain(1);
    expect(await prune()).toMatchObject({ through: 4 });
    const short = plane.prisma.$queryRaw`SELECT "through" FROM prune_audit_events(${acme.id}, 30)`;
    await expect(short).rejects.toThrow('90 days at least');
  });

  it('never takes the last event, so that the chain goes on where it was', async () => {
    await appendAll([1, 2]);
    await sign();
    await retain(90);
    expect(await prune()).toBeNull();
    await append(3);
    expect(await prune()).toMatchObject({ through: 2 });
    await append(9);
    expect(sequences(await exported())).toEqual([3, 4, 5, 6]);
  });

  it('is the only way: no other delete passes, not even with its word in the session', async () => {
    await aged();
    const through = `SELECT set_config('rollcall.audit_pruning', '${acme.id} 6', false); DELETE FROM audit_events WHERE organization_id = '${acme.id}'`;
    await expect(asOwner(plane.url, through)).rejects.toThrow('append-only');
    const other = await seed(plane).organization(`other-${count}`);
    const word = `SELECT set_config('rollcall.audit_pruning', '${other.id} 3', false); DELETE FROM audit_events WHERE organization_id = '${acme.id}' AND sequence <= 3`;
    await expect(asOwner(plane.url, word)).rejects.toThrow('append-only');
    const app = new PrismaService({ url: plane.url });
    await expect(app.$executeRaw`DELETE FROM audit_events`).rejects.toThrow('permission denied');
    await app.$disconnect();
  });

  it('goes on verifying whatever was appended, signed and pruned in whatever order', async () => {
    const step = fc.constantFrom('append', 'sign', 'age', 'prune');
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
        plane.clock.set(new Date(Date.now() - 1000 * DAY_MS));
        acme = await seed(plane).organization(`acme-${++count}`);
        ctx = acme.system();
        await retain(90);
        await append(0);
        for (const one of steps) {
          if (one === 'append') await append(1);
          if (one === 'sign') await sign();
          if (one === 'age') plane.clock.advance(60 * DAY_MS);
          if (one === 'prune') await prune();
        }
        expect(verdictOf(await exported())).toMatchObject({ ok: true });
      }),
      { numRuns: 8 },
    );
  }, 30_000);
});
