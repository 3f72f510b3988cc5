import { HOUR_MS } from '@rollcall/kernel';
import { copy, idOf, type TargetMaker } from './targets.js';

const OF_NOTHING = `sha256:${'0'.repeat(64)}`;

/** A version with golden calls that nobody of the callers declared, a permission, and a run of each kind. */
export const evidence: TargetMaker = async (world) => {
  const { prisma, clock } = world.api;
  const target = (await copy(world, world.templates.active, {})) as { serverId: string; versionId: string };
  const { serverId, versionId } = target;
  const organizationId = world.acme.id;
  const environmentId = world.acme.environment('staging').id;
  const [set, permission, goldenRun, conformanceRun] = [
    idOf(world, 'gld'),
    idOf(world, 'gpm'),
    idOf(world, 'gru'),
    idOf(world, 'cfr'),
  ];
  const [at, by] = [clock.now(), { declaredBy: 'system', declaredByHandle: 'rollcall' }];
  const calls = [{ name: 'wipes', tool: 'wipe', arguments: {}, expect: { isError: false, values: [] } }];
  await prisma.goldenSet.create({
    data: { id: set, organizationId, serverId, revision: 1, document: { calls }, ...by, declaredAt: at },
  });
  await prisma.goldenPermission.create({
    data: {
      id: permission,
      organizationId,
      serverId,
      tool: 'wipe',
      toolDigest: OF_NOTHING,
      callsDigest: OF_NOTHING,
      reason: 'A ledger made for this.',
      declaredBy: 'system',
      grantedBy: 'another',
      grantedByHandle: 'another',
      grantedAt: at,
      expiresAt: new Date(at.getTime() + HOUR_MS),
    },
  });
  const run = { organizationId, versionId, environmentId, status: 'queued', requestedBy: 'system', requestedAt: at };
  await prisma.goldenRun.create({ data: { id: goldenRun, ...run, setId: set, setRevision: 1 } });
  await prisma.conformanceRun.create({ data: { id: conformanceRun, ...run, scenarios: [] } });
  const endpoint = { transport: 'streamable-http', url: 'https://ledger.example.com/mcp', updatedAt: at };
  await prisma.endpoint.create({
    data: { id: idOf(world, 'ept'), organizationId, versionId, environmentId, ...endpoint },
  });
  return { ...target, permission, goldenRun, conformanceRun };
};
