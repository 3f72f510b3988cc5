import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AuditLog } from '@rollcall/audit';
import { DAY_MS } from '@rollcall/kernel';
import { OutboxDispatcher } from '@rollcall/persistence';
import { verifyAuditChain } from '@rollcall/schema';
import { type ControlPlane, type OrganizationSeed, openControlPlane, type PersonSeed, seed } from '@rollcall/testing';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const FIXTURE = path.join(ROOT, 'libs/transitions/src/crash-loop.fixture.ts');
const ROUNDS = 3;
const DUE = 200;
let plane: ControlPlane;
let acme: OrganizationSeed;
let ci: PersonSeed;
let namespace: string;

beforeAll(async () => {
  plane = await openControlPlane();
  acme = await seed(plane).organization('acme');
  const payments = await acme.team('payments');
  ci = await payments.developer('ci');
  namespace = payments.namespace;
});
afterAll(() => plane?.close());

/** Runs it until it has accepted a few, and kills it in the middle of whatever it is doing; returns what it said. */
async function killedInTheMiddle(round: number): Promise<string[]> {
  const now = plane.clock.now().toISOString();
  const args = ['--import', path.join(ROOT, 'tools/typescript.mjs'), FIXTURE];
  const input = [plane.url, acme.id, ci.id, namespace, now, String(round)];
  const env = { ...process.env, NODE_OPTIONS: '--no-warnings' };
  const child = spawn(process.execPath, [...args, ...input], { cwd: ROOT, env });
  const errors: Buffer[] = [];
  child.stderr.on('data', (part: Buffer) => errors.push(part));
  const said: string[] = [];
  const enough = new Promise<void>((resolve) => {
    // another number each round, so that it dies in another place
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (said.push(line) === 7 + round * 5) resolve();
    });
  });
  const ended = once(child, 'exit');
  await Promise.race([enough, ended]);
  child.kill('SIGKILL');
  await ended;
  expect(Buffer.concat(errors).toString()).toBe('');
  return said;
}

describe('a process that publishes and sweeps and is killed again and again', () => {
  it('loses nothing that it accepted, takes no step twice, and leaves chain and outbox whole', async () => {
    const anchor = await ci.publishes(`${namespace}/ending`, '9.9.9');
    const { serverId } = await anchor.row();
    const past = new Date(plane.clock.now().getTime() - DAY_MS).toISOString();
    await plane.prisma.$executeRaw`
      INSERT INTO server_versions (id, organization_id, server_id, version, manifest, manifest_digest, state,
        state_changed_at, publisher_id, published_at, approval_rules, deprecation)
      SELECT 'bulk_' || lpad(n::text, 4, '0'), ${acme.id}, ${serverId}, '0.0.' || n, '{}'::jsonb, 'd', 'deprecated',
        now(), 'x', now(), '{}'::jsonb, jsonb_build_object('sunsetAt', ${past}::text, 'message', 'x', 'successor', null)
      FROM generate_series(1, ${DUE}) n`;
    const accepted: string[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      for (const line of await killedInTheMiddle(round)) {
        if (line.startsWith('accepted ')) accepted.push(line.slice('accepted '.length));
      }
    }
    expect(accepted.length).toBeGreaterThan(ROUNDS);
    await everythingAcceptedIsThere(accepted);
    await noStepTwice();
    await chainIsWhole();
    await outboxDrains();
  }, 60_000);
});

async function everythingAcceptedIsThere(ids: string[]): Promise<void> {
  const versions = await plane.prisma.serverVersion.findMany({
    where: { id: { in: ids } },
    include: { transitions: true },
  });
  expect(versions).toHaveLength(ids.length);
  for (const version of versions) expect(version.transitions.map((one) => one.toState)).toEqual(['draft']);
}

async function noStepTwice(): Promise<void> {
  const ended = await plane.prisma.serverVersion.count({ where: { state: 'decommissioned' } });
  const steps = await plane.prisma.transition.findMany({ where: { toState: 'decommissioned' } });
  expect(ended).toBeGreaterThan(0);
  expect(steps).toHaveLength(ended);
  expect(new Set(steps.map((one) => one.versionId)).size).toBe(ended);
  expect(await plane.prisma.auditEvent.count({ where: { action: 'version.decommission' } })).toBe(ended);
  const events = await plane.prisma.outboxEvent.findMany({ where: { topic: 'version.transitioned' } });
  const announced = events.filter((one) => (one.payload as { to?: string }).to === 'decommissioned');
  expect(new Set(announced.map((one) => (one.payload as { versionId: string }).versionId)).size).toBe(announced.length);
  expect(announced).toHaveLength(ended);
}

async function chainIsWhole(): Promise<void> {
  const rows = [];
  for (let after = 0n; ; after = rows.at(-1)?.sequence ?? after) {
    const page = await plane.get(AuditLog).page(acme.id, { afterSequence: after, take: 1000 });
    rows.push(...page);
    if (page.length < 1000) break;
  }
  const chain = rows.map((row) => ({ ...row, sequence: Number(row.sequence), at: row.at.toISOString() }));
  expect(verifyAuditChain(chain as Parameters<typeof verifyAuditChain>[0])).toMatchObject({ ok: true });
}

async function outboxDrains(): Promise<void> {
  const all = await plane.prisma.outboxEvent.count({ where: { dispatchedAt: null } });
  const delivered = new Set<string>();
  const { prisma, url } = plane;
  const publish = async ({ id }: { id: string }) => void delivered.add(id);
  const dispatcher = new OutboxDispatcher({ prisma, url, publish, onError: () => undefined });
  await dispatcher.start();
  const deadline = Date.now() + 15_000;
  while (Date.now() < deadline && (await prisma.outboxEvent.count({ where: { dispatchedAt: null } })) > 0) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await dispatcher.stop();
  expect(delivered.size).toBe(all);
}
