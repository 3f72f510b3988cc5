import { Runtime } from '@rollcall/access';
import { CheckService } from '@rollcall/checks';
import { type FixedClock, type RequestContext, SECOND_MS } from '@rollcall/kernel';
import { PrismaService, TransactionRunner } from '@rollcall/persistence';
import { ContractStore } from '@rollcall/registry';
import { type TransitionInput, TransitionService } from '@rollcall/transitions';
import { GREET_TOOL, type TestTool } from '../mcp-servers/index.js';
import { contractOf } from './documents.js';
import type { World } from './world.js';

/** Somebody who acts; every act is a request of its own. */
type Actor = { context(): RequestContext };

/** What an inspection saw. */
export type SightingSeed = { tools?: TestTool[]; environment?: string; refusedWithoutToken?: boolean };

/** A published version and the steps of its life, each through the real services. */
export type ServerVersionSeed = {
  id: string;
  name: string;
  version: string;
  ref: { byId: string };
  row(): Promise<Awaited<ReturnType<PrismaService['serverVersion']['findUniqueOrThrow']>>>;
  /** Stores the result of an inspection, then runs the check that follows one. */
  seen(sighting?: SightingSeed): Promise<void>;
  moves(by: Actor, to: TransitionInput['to'], more?: Partial<TransitionInput>): Promise<string>;
  /** Walks the road from draft to the given state. */
  reaches(
    state: 'in_review' | 'staging' | 'active',
    by: { owner: Actor; reviewer: Actor },
    sighting?: SightingSeed,
  ): Promise<void>;
};

/** A version that is stored already. */
export function versionSeed(
  world: World,
  stored: { id: string; organizationId: string; name: string; version: string },
): ServerVersionSeed {
  const { id, name, version } = stored;
  const seen = async (sighting: SightingSeed = {}) => {
    const inspectionId = await sight(world, stored, sighting);
    await world.get(CheckService).followInspection({ inspectionId, versionId: id, requestedBy: 'system' });
    const check = await world.get(PrismaService).check.findFirstOrThrow({ where: { inspectionId } });
    await world.get(CheckService).run(check.id);
  };
  const moves = async (by: Actor, to: TransitionInput['to'], more: Partial<TransitionInput> = {}) => {
    tick(world);
    const input = { version: { byId: id }, to, ...more };
    return (await world.get(TransitionService).transition(by.context(), input)).transitionId;
  };
  return {
    id,
    name,
    version,
    ref: { byId: id },
    row: () => world.get(PrismaService).serverVersion.findUniqueOrThrow({ where: { id } }),
    seen,
    moves,
    reaches: async (state, { owner, reviewer }, sighting = {}) => {
      await seen(sighting);
      await moves(owner, 'in_review');
      if (state === 'in_review') return;
      await moves(reviewer, 'staging', { approvalRules: { '*': 'human' } });
      if (state === 'staging') return;
      await seen({ ...sighting, environment: 'staging' });
      await moves(owner, 'active');
    },
  };
}

async function sight(
  world: World,
  version: { id: string; organizationId: string },
  { tools = [GREET_TOOL], environment, refusedWithoutToken = true }: SightingSeed,
): Promise<string> {
  tick(world);
  const { clock, ids } = world.get(Runtime);
  const { organizationId } = version;
  const contract = contractOf(tools);
  const id = ids.next('ins');
  await world.get(TransactionRunner).run(async (tx) => {
    const where = { organizationId_name: { organizationId, name: environment ?? '' } };
    const found = environment === undefined ? null : await tx.environment.findUniqueOrThrow({ where });
    await world.get(ContractStore).save(tx, organizationId, contract, clock.now());
    await tx.serverVersion.update({ where: { id: version.id }, data: { contractDigest: contract.digest } });
    await tx.inspection.create({
      data: {
        id,
        organizationId,
        versionId: version.id,
        environmentId: found?.id ?? null,
        purpose: 'request',
        status: 'completed',
        outcome: 'healthy',
        transport: 'streamable-http',
        contractDigest: contract.digest,
        unauthenticatedAccessRefused: refusedWithoutToken,
        latencyMs: 7,
        issues: [],
        requestedBy: 'system',
        requestedAt: clock.now(),
        finishedAt: clock.now(),
      },
    });
  });
  return id;
}

/** Later things are later, also under a clock that stands still. */
function tick(world: World): void {
  const clock = world.get(Runtime).clock as Partial<FixedClock>;
  clock.advance?.(SECOND_MS);
}
