import { expect, it } from '@jest/globals';
import { eventually } from '../child-processes.js';
import { EVERYTHING, MEMORY, PAYMENTS, realVersion, type World } from './world.js';

type Gate = { answer: string; guards: { guard: string; status: string; message: string }[] };

/** Review by other eyes, staging, active: every guard is evaluated and recorded. */
export function reviewersMoveTheVersionToActive(world: World): void {
  const V1 = `${PAYMENTS}@1.0.0`;

  it('hands the draft in for review with the evidence of its check', async () => {
    await checked(world, V1);
    await world.done('ci', 'promote', V1);
  });

  it('does not exist for a user of another team', async () => {
    const stranger = await world.json('outsider', 'promote', V1);
    expect(stranger.error?.code).toBe('NOT_FOUND');
    const missing = await world.json('outsider', 'promote', `${PAYMENTS}@9.9.9`);
    expect(missing.error?.code).toBe('NOT_FOUND');
  });

  it('may not be approved by the pipeline, nor by its publisher with every right', async () => {
    expect((await world.json('ci', 'promote', V1)).error?.code).toBe('FORBIDDEN');
    // the administrator published this one and may review: four eyes still hold
    await checked(world, `${MEMORY}@${realVersion}`, 'admin', true);
    await world.done('admin', 'promote', `${MEMORY}@${realVersion}`);
    const own = await world.json('admin', 'promote', `${MEMORY}@${realVersion}`, '--approval', '*=none');
    expect(own.error?.code).toBe('GUARD_UNMET');
    expect(own.error?.message).toContain('four_eyes');
  });

  it('refuses approval while evidence is missing and names it', async () => {
    const gate = await world.json('reviewer', 'can-i', 'promote', V1);
    expect(gate.exit).toBe(1);
    const unmet = (gate.data as Gate).guards.filter((one) => one.status !== 'met').map((one) => one.guard);
    expect(unmet.sort()).toEqual(['destructive_tools_ruled', 'unauthenticated_access_refused']);
    const refused = await world.json('reviewer', 'promote', V1);
    expect([refused.exit, refused.error?.code]).toEqual([2, 'GUARD_UNMET']);
    expect(refused.error?.message).toContain('got an answer without credentials');
  });

  it('is approved by a reviewer with a written exception and a rule for the destructive tool', async () => {
    for (const server of [PAYMENTS, EVERYTHING]) await except(world, server);
    await world.done('reviewer', 'promote', V1, '--approval', 'create_refund=human');
  });

  it('needs an inspection in staging before it becomes active', async () => {
    const early = await world.json('owner', 'promote', V1);
    expect(early.error?.message).toContain('staging_inspection_fresh');
    await runsAt(world, V1, ['--url', world.paymentsUrl('1.0.0')]);
    await readyToPromote(world, 'owner', V1);
    await world.done('owner', 'promote', V1);
  });

  it('brings the published servers the same way', async () => {
    const everything = `${EVERYTHING}@${realVersion}`;
    const memory = `${MEMORY}@${realVersion}`;
    await checked(world, everything, 'admin');
    await world.done('admin', 'promote', everything);
    for (const version of [everything, memory]) {
      await world.done('reviewer', 'promote', version, '--approval', '*=none');
    }
    await runsAt(world, everything, ['--url', world.everythingUrl], 'admin');
    for (const version of [everything, memory]) {
      await readyToPromote(world, 'admin', version);
      await world.done('admin', 'promote', version);
    }
  });

  it('brings 2.0.0 to staging, where it can be named as successor', async () => {
    const V2 = `${PAYMENTS}@2.0.0`;
    await checked(world, V2);
    await world.done('ci', 'promote', V2);
    await world.done('reviewer', 'promote', V2, '--approval', 'create_refund=human');
  });

  it('freezes the guards with the transition', async () => {
    const query = `query ($ref: VersionRef!) { version(ref: $ref) {
      state transitions { toState actorHandle guards { guard status } } } }`;
    const { data } = await world.graphql<{
      version: { state: string; transitions: { toState: string; actorHandle: string; guards: { status: string }[] }[] };
    }>('owner', query, { ref: { byName: { server: PAYMENTS, version: '1.0.0' } } });
    expect(data.version.state).toBe('active');
    const steps = data.version.transitions.map((one) => `${one.toState} by ${one.actorHandle}`).reverse();
    expect(steps).toEqual(['draft by ci', 'in_review by ci', 'staging by reviewer', 'active by owner']);
    const guards = data.version.transitions.flatMap((one) => one.guards);
    expect(guards.length).toBeGreaterThan(8);
    expect(guards.every((one) => one.status === 'met')).toBe(true);
  });
}

/** Waits until the worker has concluded a check of what it last saw. */
async function checked(world: World, version: string, person: 'ci' | 'admin' = 'ci', stdio = false): Promise<void> {
  if (stdio) await runsAt(world, version, ['--launcher', 'memory'], person);
  await eventually(
    async () => (await world.json(person, 'can-i', 'promote', version)).data as Gate,
    (gate) => gate.answer === 'yes',
  );
}

async function readyToPromote(world: World, person: 'owner' | 'admin', version: string): Promise<void> {
  await eventually(
    async () => (await world.json(person, 'can-i', 'promote', version)).data as Gate,
    (gate) => gate.answer === 'yes',
  );
}

async function runsAt(world: World, version: string, where: string[], person: 'ci' | 'admin' = 'ci'): Promise<void> {
  for (const environment of ['staging', 'production']) {
    // what runs in production is the maintainer's to say
    const who = person === 'ci' && environment === 'production' ? 'owner' : person;
    await world.done(who, 'endpoints', 'set', version, '--environment', environment, ...where);
  }
}

async function except(world: World, server: string): Promise<void> {
  const guard = 'unauthenticated_access_refused';
  const reason = 'Runs on loopback for the demonstration.';
  const expires = new Date(Date.now() + 90 * 86_400_000).toISOString().slice(0, 10);
  await world.done(
    'reviewer',
    'exceptions',
    'grant',
    server,
    '--guard',
    guard,
    '--reason',
    reason,
    '--expires',
    expires,
  );
}
