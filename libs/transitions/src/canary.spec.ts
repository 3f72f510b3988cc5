import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CheckService } from '@rollcall/checks';
import { GoldenRunner, GoldenService, ObjectiveService } from '@rollcall/evidence';
import { InspectionService } from '@rollcall/inspections';
import { DAY_MS } from '@rollcall/kernel';
import { RegistryService } from '@rollcall/registry';
import {
  type ControlPlane,
  GREET_TOOL,
  type OrganizationSeed,
  openControlPlane,
  type PersonSeed,
  type RunningMcpServer,
  type ServerVersionSeed,
  seed,
  startMcpServer,
} from '@rollcall/testing';
import { HoldService, TransitionService } from './index.js';

let plane: ControlPlane;
let acme: OrganizationSeed;
let olivia: PersonSeed;
let riley: PersonSeed;
let server: RunningMcpServer;
let version: ServerVersionSeed;

beforeAll(async () => {
  plane = await openControlPlane();
  acme = await seed(plane).organization('acme');
  const payments = await acme.team('payments');
  olivia = await payments.maintainer('olivia');
  riley = await acme.reviewer('riley');
  server = await startMcpServer({ tools: [GREET_TOOL] });
  version = await olivia.publishes(`${payments.namespace}/ledger`, '1.0.0');
  const endpoint = { environment: 'staging', transport: 'streamable-http' as const, url: server.url };
  await plane.get(RegistryService).setEndpoint(olivia.context(), { version: version.ref, ...endpoint });
});
afterAll(async () => {
  await server?.close();
  await plane?.close();
});

const gate = () => plane.get(TransitionService).canI(olivia.context(), { version: version.ref, to: 'canary' });
const open = async () => (await gate()).guards.filter(({ status }) => status !== 'met').map(({ guard }) => guard);

async function inspected(): Promise<string> {
  const service = plane.get(InspectionService);
  const id = await service.request(olivia.context(), { version: version.ref, environment: 'staging' });
  await service.run(id);
  return id;
}

/** The server of this story asks nobody for credentials, which a reviewer accepts for a time. */
async function acceptOpenDoor(): Promise<void> {
  const expiresAt = new Date(plane.clock.now().getTime() + DAY_MS);
  for (const guard of ['unauthenticated_access_refused', 'no_lint_errors']) {
    const input = { server: { byName: version.name }, guard, reason: 'On loopback only.', expiresAt };
    await plane.get(HoldService).grantException(riley.context(), input);
  }
}

async function checked(inspectionId: string): Promise<void> {
  const service = plane.get(CheckService);
  await service.followInspection({ inspectionId, versionId: version.id, requestedBy: olivia.id });
  await service.run((await plane.prisma.check.findFirstOrThrow({ where: { inspectionId } })).id);
}

async function calls(text: string): Promise<void> {
  const golden = plane.get(GoldenService);
  const call = { name: 'greets', tool: 'greet', arguments: { name: 'Ada' } };
  const document = { calls: [{ ...call, expect: { values: [{ at: '/content/0/text', equals: text }] } }] };
  await golden.declare(olivia.context(), { server: { byName: version.name }, document });
  await plane.get(GoldenRunner).run(await golden.request(olivia.context(), { version: version.ref }));
}

describe('the step from staging to canary', () => {
  it('opens with what was found out in staging, piece by piece, and with nothing less', async () => {
    await checked(await inspected());
    await version.moves(olivia, 'in_review');
    await acceptOpenDoor();
    await version.moves(riley, 'staging', { approvalRules: { '*': 'none' } });
    expect(await open()).toEqual(['golden_calls_pass', 'slo_set']);
    await calls('Good bye.');
    await plane.get(ObjectiveService).set(olivia.context(), {
      server: { byName: version.name },
      availability: 99.5,
      latencyP95Ms: 500,
      windowDays: 30,
    });
    expect(await open()).toEqual(['golden_calls_pass']);
    await calls('Hello, Ada!');
    expect(await open()).toEqual([]);
    await plane.prisma.organization.update({
      where: { id: acme.id },
      data: { policy: { requireConformance: ['tools-list'] } },
    });
    expect(await open()).toEqual(['conformance_passes']);
    await plane.prisma.organization.update({ where: { id: acme.id }, data: { policy: {} } });
    await version.moves(olivia, 'canary');
    expect((await version.row()).state).toBe('canary');
  });
});
