import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TransactionRunner } from '@rollcall/persistence';
import { verifyAuditChain } from '@rollcall/schema';
import { type ControlPlane, openControlPlane, seed } from '@rollcall/testing';
import { toChainedEvent } from './audit-log.js';
import { AuditCheckpoints, AuditLog } from './index.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const FIXTURE = path.join(ROOT, 'libs/audit/src/crash-in-append.fixture.ts');
let plane: ControlPlane;

beforeAll(async () => {
  plane = await openControlPlane();
});
afterAll(() => plane?.close());

describe('a process that is killed between append and commit', () => {
  it('leaves the chain as it was; waiting writers go on, and the next event follows the last one that was kept', async () => {
    const acme = await seed(plane).organization('acme');
    const append = (subject: string) =>
      plane
        .get(TransactionRunner)
        .run((tx) => plane.get(AuditLog).append(tx, acme.system(), { action: 'server.read', subject }));
    await append('before');

    const args = ['--import', path.join(ROOT, 'tools/typescript.mjs'), FIXTURE, plane.url, acme.id];
    const child = spawn(process.execPath, args, { cwd: ROOT, env: { ...process.env, NODE_OPTIONS: '--no-warnings' } });
    const errors: Buffer[] = [];
    child.stderr.on('data', (part: Buffer) => errors.push(part));
    const said = once(createInterface({ input: child.stdout }), 'line');
    const ended = once(child, 'exit');
    const [line] = await Promise.race([said, ended.then(() => [Buffer.concat(errors).toString()])]);
    expect(line).toBe('written 1');
    const waiting = append('waiting');
    child.kill('SIGKILL');
    await ended;
    await waiting;
    await append('after');

    const rows = await plane.get(AuditLog).page(acme.id, { take: 100 });
    expect(rows.map((row) => row.subject)).toEqual(['before', 'waiting', 'after']);
    expect(verifyAuditChain(rows.map(toChainedEvent))).toMatchObject({ ok: true, length: 3 });
    expect(await plane.get(AuditCheckpoints).sign(acme.system())).toMatchObject({ sequence: 3 });
  });
});
