import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AuditLog } from '@rollcall/audit';
import { DAY_MS, Refusal } from '@rollcall/kernel';
import { findRule, LIFECYCLE_STATES, type LifecycleState, latestVersion, type Track } from '@rollcall/lifecycle';
import { verifyAuditChain } from '@rollcall/schema';
import {
  type ControlPlane,
  GREET_TOOL,
  manifestOf,
  type OrganizationSeed,
  openControlPlane,
  type PersonSeed,
  type ServerVersionSeed,
  STRICTER_GREET_TOOL,
  seed,
} from '@rollcall/testing';
import fc from 'fast-check';
import { ApprovalService, BreakGlassService, HoldService, StatusService } from './index.js';

let plane: ControlPlane;
let count = 0;

beforeAll(async () => {
  plane = await openControlPlane();
});
afterAll(() => plane?.close());

type Actors = Record<'olivia' | 'ci' | 'riley' | 'robin' | 'ada' | 'bert', PersonSeed>;
type World = { acme: OrganizationSeed; actors: Actors; name: string; versions: ServerVersionSeed[] };

/** One server with two governed versions and two listed ones, and everybody who could do something to them. */
async function world(): Promise<World> {
  const acme = await seed(plane).organization(`acme${++count}`);
  const payments = await acme.team('payments');
  const actors = {
    olivia: await payments.maintainer('olivia'),
    ci: await payments.developer('ci'),
    riley: await acme.reviewer('riley'),
    robin: await acme.reviewer('robin'),
    ada: await acme.admin('ada'),
    bert: await acme.admin('bert'),
  };
  const name = `${payments.namespace}/ledger`;
  const versions = [await actors.ci.publishes(name, '1.0.0'), await actors.ci.publishes(name, '1.1.0')];
  for (const version of ['0.9.0', '3.0.0']) versions.push(await listed(actors.ci, name, version));
  await versions[0]?.reaches('staging', { owner: actors.olivia, reviewer: actors.riley });
  return { acme, actors, name, versions };
}

/** As a direct publish through the registry API leaves it. */
async function listed(ci: PersonSeed, name: string, version: string): Promise<ServerVersionSeed> {
  const published = await ci.publishes(name, version, { manifest: manifestOf(name, version) });
  await plane.prisma.serverVersion.update({ where: { id: published.id }, data: { track: 'listed' } });
  return published;
}

const WHO = ['olivia', 'ci', 'riley', 'robin', 'ada', 'bert'] as const;
const STEP = fc.record({
  who: fc.constantFrom(...WHO),
  which: fc.integer({ min: 0, max: 3 }),
  act: fc.constantFrom('move', 'move', 'move', 'status', 'all', 'hold', 'release', 'approve', 'glass', 'see', 'wait'),
  to: fc.constantFrom(...LIFECYCLE_STATES),
  status: fc.constantFrom('active' as const, 'deprecated' as const, 'deleted' as const),
});
type Step = typeof STEP extends fc.Arbitrary<infer T> ? T : never;

/** Whether it was allowed is not the question here: what is asked for may be refused, and nothing else may go wrong. */
async function attempt({ actors, name, versions }: World, step: Step): Promise<void> {
  const version = versions[step.which] as ServerVersionSeed;
  const who = actors[step.who];
  const sunsetAt = new Date(plane.clock.now().getTime() + 31 * DAY_MS);
  const reason = 'Property.';
  const input = { version: version.ref, reason };
  const work = {
    move: () =>
      version.moves(who, step.to, {
        reason,
        noSuccessor: true,
        sunsetAt,
        override: step.who === 'ada',
        approvalRules: { '*': 'human' },
      }),
    status: () =>
      plane.get(StatusService).set(who.context(), { server: name, version: version.version }, { status: step.status }),
    all: () => plane.get(StatusService).setAll(who.context(), name, { status: step.status }),
    hold: () => plane.get(HoldService).quarantine(who.context(), input),
    release: () => plane.get(HoldService).release(who.context(), input),
    approve: () => plane.get(ApprovalService).approve(who.context(), { version: version.ref }),
    glass: async () => {
      const id = await plane
        .get(BreakGlassService)
        .request(who.context(), { ...input, to: step.to, noSuccessor: true, sunsetAt });
      await plane.get(BreakGlassService).confirm(actors.bert.context(), id);
    },
    see: () => version.seen({ environment: 'staging', tools: step.which % 2 ? [STRICTER_GREET_TOOL] : [GREET_TOOL] }),
    wait: async () => plane.clock.advance(10 * DAY_MS),
  }[step.act];
  await work().catch((error: unknown) => {
    if (!(error instanceof Refusal)) throw error;
  });
}

describe('whatever several people do, on both tracks, one after the other or at once', () => {
  it('keeps latest right, published things as they were, and every step on record', async () => {
    const property = fc.asyncProperty(fc.array(STEP, { minLength: 10, maxLength: 18 }), async (steps) => {
      const built = await world();
      const frozen = new Map<string, { manifest: unknown; approved: string | null }>();
      for (let at = 0; at < steps.length; at += 2) {
        await Promise.all(steps.slice(at, at + 2).map((step) => attempt(built, step)));
        await publishedThingsStay(built, frozen);
        await latestIsRight(built);
      }
      await everyStepIsOnRecord(built);
    });
    await fc.assert(property, { numRuns: 3 });
  });
});

async function publishedThingsStay(
  { versions }: World,
  frozen: Map<string, { manifest: unknown; approved: string | null }>,
) {
  for (const version of versions) {
    const row = await version.row();
    const before = frozen.get(version.id);
    if (before) expect(row.manifest).toEqual(before.manifest);
    if (before?.approved) expect(row.approvedContractDigest).toBe(before.approved);
    if (row.track === 'listed') expect(row.approvedContractDigest).toBeNull();
    frozen.set(version.id, { manifest: row.manifest, approved: row.approvedContractDigest });
  }
}

async function latestIsRight({ versions }: World): Promise<void> {
  const rows = await Promise.all(versions.map((version) => version.row()));
  const expected = latestVersion(
    rows.map((row) => ({
      version: row.version,
      state: row.state as LifecycleState,
      quarantined: row.quarantineReason !== null,
      publishedAt: row.publishedAt.toISOString(),
    })),
  );
  expect(rows.filter((row) => row.isLatest).map((row) => row.version)).toEqual(expected === null ? [] : [expected]);
}

/** The chain of transitions of each version leads from draft to its state by steps of its table, each audited and announced. */
async function everyStepIsOnRecord({ acme, versions }: World): Promise<void> {
  const where = { organizationId: acme.id };
  const audit = await plane.get(AuditLog).page(acme.id, { afterSequence: 0n, take: 5000 });
  const said = JSON.stringify(audit.map((row) => row.data));
  const announced = await plane.prisma.outboxEvent.findMany({ where: { ...where, topic: 'version.transitioned' } });
  const events = announced.map((one) => (one.payload as { transitionId: string }).transitionId);
  let steps = 0;
  for (const version of versions) {
    const row = await version.row();
    const path = await plane.prisma.transition.findMany({
      where: { versionId: version.id },
      orderBy: [{ at: 'asc' }, { id: 'asc' }],
    });
    let state: string | null = null;
    for (const one of path) {
      expect(one.fromState).toBe(state);
      if (one.fromState !== null) {
        expect(
          findRule(one.fromState as LifecycleState, one.toState as LifecycleState, row.track as Track),
        ).not.toBeNull();
        expect(said).toContain(one.id);
        expect(events).toContain(one.id);
        steps += 1;
      }
      state = one.toState;
    }
    expect(state).toBe(row.state);
  }
  expect(events).toHaveLength(steps);
  const chain = audit.map((row) => ({ ...row, sequence: Number(row.sequence), at: row.at.toISOString() }));
  expect(verifyAuditChain(chain as Parameters<typeof verifyAuditChain>[0])).toMatchObject({ ok: true });
}
