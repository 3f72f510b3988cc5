import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AuditLog } from '@rollcall/audit';
import { verifyAuditChain } from '@rollcall/schema';
import { type ControlPlane, openControlPlane, seed } from '@rollcall/testing';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const FIXTURE = path.join(ROOT, 'libs/transitions/src/crash-in-transition.fixture.ts');
let plane: ControlPlane;

beforeAll(async () => {
  plane = await openControlPlane();
});
afterAll(() => plane?.close());

describe('a process that is killed in the middle of a step', () => {
  it('leaves neither transition nor audit event nor outbox event, and the step can be taken again', async () => {
    const acme = await seed(plane).organization('acme');
    const payments = await acme.team('payments');
    const olivia = await payments.maintainer('olivia');
    const version = await olivia.publishes(`${payments.namespace}/ledger`, '1.0.0');
    await version.seen();

    const args = ['--import', path.join(ROOT, 'tools/typescript.mjs'), FIXTURE, plane.url, acme.id, version.id];
    const child = spawn(process.execPath, args, { cwd: ROOT, env: { ...process.env, NODE_OPTIONS: '--no-warnings' } });
    const errors: Buffer[] = [];
    child.stderr.on('data', (part: Buffer) => errors.push(part));
    const said = once(createInterface({ input: child.stdout }), 'line');
    const ended = once(child, 'exit');
    const [line] = await Promise.race([said, ended.then(() => [Buffer.concat(errors).toString()])]);
    expect(line).toBe('written 3'); // inside its transaction, all three are there
    child.kill('SIGKILL');
    await ended;

    expect(await version.row()).toMatchObject({ state: 'draft', revision: 1 });
    expect(await plane.prisma.transition.count({ where: { versionId: version.id, toState: 'in_review' } })).toBe(0);
    expect(await plane.prisma.auditEvent.count({ where: { action: 'version.submit' } })).toBe(0);
    expect(await plane.prisma.outboxEvent.count({ where: { topic: 'version.transitioned' } })).toBe(0);

    await version.moves(olivia, 'in_review');
    expect(await version.row()).toMatchObject({ state: 'in_review', revision: 2 });
    const rows = await plane.get(AuditLog).page(acme.id, { afterSequence: 0n, take: 100 });
    const chain = rows.map((row) => ({
      ...row,
      sequence: Number(row.sequence),
      at: row.at.toISOString(),
      data: row.data,
    }));
    expect(verifyAuditChain(chain as Parameters<typeof verifyAuditChain>[0])).toMatchObject({ ok: true });
  });
});
