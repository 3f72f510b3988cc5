import { randomUUID } from 'node:crypto';
import { Runtime } from '@rollcall/access';
import { TransferService } from '@rollcall/governance';
import { HOUR_MS, type RequestContext } from '@rollcall/kernel';
import { WebhookService } from '@rollcall/notifications';
import { manifestOf, type ServerVersionSeed } from '@rollcall/testing';
import { BreakGlassService } from '@rollcall/transitions';
import type { MatrixWorld, Templates } from './matrix-world.js';

/** What a row aims at, by name: ids and names that go into its request. */
export type Target = Readonly<Record<string, string>>;

/** Makes the thing a row aims at. Called again after each success, so that every caller finds it untouched. */
export type TargetMaker = (world: MatrixWorld) => Promise<Target> | Target;

export const idOf = (world: MatrixWorld, prefix: Parameters<RequestContext['ids']['next']>[0]) =>
  world.api.get(Runtime).ids.next(prefix);

/** A copy of a template under a name of its own, with its inspections and checks; `change` replaces what the version is. */
export function copyOf(state: keyof Templates, change: object = {}): TargetMaker {
  return (world) => copy(world, world.templates[state], change);
}

export async function copy(world: MatrixWorld, template: ServerVersionSeed, change: object): Promise<Target> {
  const { prisma } = world.api;
  const row = await prisma.serverVersion.findUniqueOrThrow({ where: { id: template.id }, include: { server: true } });
  const { server, ...version } = row;
  const [serverId, versionId] = [idOf(world, 'srv'), idOf(world, 'ver')];
  const alias = `copy-${world.next()}`;
  const name = `${world.payments.namespace}/${alias}`;
  await prisma.server.create({ data: { ...server, id: serverId, name, alias } });
  const data = {
    ...version,
    id: versionId,
    serverId,
    serverName: name,
    manifest: manifestOf(name, '1.0.0'),
    ...change,
  };
  await prisma.serverVersion.create({ data: data as never });
  const inspections = await prisma.inspection.findMany({ where: { versionId: template.id } });
  for (const one of inspections) {
    await prisma.inspection.create({ data: { ...one, id: idOf(world, 'ins'), versionId } as never });
  }
  const checks = await prisma.check.findMany({ where: { versionId: template.id } });
  for (const one of checks) {
    await prisma.check.create({
      // null would be stored as the JSON value null, which is something
      data: {
        ...one,
        id: idOf(world, 'chk'),
        versionId,
        serverName: name,
        inspectionId: null,
        candidate: undefined,
      } as never,
    });
  }
  return { server: name, serverId, versionId };
}

/** A copy that runs in staging and is probed. */
export async function endpoint(world: MatrixWorld): Promise<Target> {
  const { prisma } = world.api;
  const target = await copy(world, world.templates.staging, {});
  const endpointId = idOf(world, 'ept');
  const { organizationId } = await prisma.serverVersion.findUniqueOrThrow({ where: { id: target['versionId'] ?? '' } });
  const { id: environmentId } = await prisma.environment.findFirstOrThrow({
    where: { organizationId, kind: 'staging' },
  });
  const url = 'https://ledger.example.com/mcp';
  const at = world.api.clock.now();
  const place = { id: endpointId, organizationId, versionId: target['versionId'] ?? '', environmentId, updatedAt: at };
  await prisma.endpoint.create({ data: { ...place, transport: 'streamable-http', url } });
  await prisma.probeSchedule.create({
    data: {
      ...{ endpointId, organizationId, target: url, host: 'ledger.example.com', intervalMs: 60_000, spread: 1 },
      ...{ nextAt: new Date(at.getTime() + 60_000), since: at },
    },
  });
  return { ...target, endpointId };
}

/** The same, of a server that takes a release approver. */
export function criticalCopy(state: keyof Templates): TargetMaker {
  return async (world) => {
    const target = await copy(world, world.templates[state], {});
    await world.api.prisma.server.update({
      where: { id: target['serverId'] ?? '' },
      data: { criticality: 'critical' },
    });
    return target;
  };
}

/** What is there from the beginning and only looked at. */
export const ledger: TargetMaker = async ({ api, templates: { active } }) => {
  const { serverId } = await active.row();
  const where = { versionId: active.id };
  const [inspection, check] = [
    await api.prisma.inspection.findFirstOrThrow({ where }),
    await api.prisma.check.findFirstOrThrow({ where }),
  ];
  return { server: active.name, serverId, versionId: active.id, inspection: inspection.id, check: check.id };
};

/** A name nobody has yet. */
export const freshName: TargetMaker = (world) => {
  const n = world.next();
  return {
    number: String(n),
    slug: `payments-new-${n}`,
    server: `${world.payments.namespace}/new-${n}`,
    namespace: `${world.payments.namespace}.new${n}`,
    team: world.payments.slug,
  };
};

export const agent: TargetMaker = async (world) => {
  const [id, slug] = [idOf(world, 'agt'), `payments-agent-${world.next()}`];
  const { id: teamId } = world.payments;
  await world.api.prisma.agent.create({
    data: { id, organizationId: world.acme.id, teamId, slug, name: slug, createdAt: world.api.clock.now() },
  });
  return { agent: slug, agentId: id };
};

export const grant: TargetMaker = async (world) => {
  const { agent: slug, agentId } = (await agent(world)) as { agent: string; agentId: string };
  const { serverId } = await world.templates.active.row();
  const id = idOf(world, 'grt');
  const environmentId = world.acme.environment('staging').id;
  const at = { grantedBy: world.maintainer.id, grantedAt: world.api.clock.now() };
  await world.api.prisma.grant.create({
    data: { id, organizationId: world.acme.id, agentId, serverId, environmentId, versions: '^1', tools: ['*'], ...at },
  });
  return { grant: id, agent: slug };
};

export const notice: TargetMaker = async (world) => {
  const { agentId } = (await agent(world)) as { agentId: string };
  const id = idOf(world, 'ntc');
  await world.api.prisma.notice.create({
    data: {
      id,
      organizationId: world.acme.id,
      teamId: world.payments.id,
      agentId,
      versionId: world.templates.deprecated.id,
      kind: 'deprecated',
      text: 'It ends.',
      data: {},
      dedupeKey: id,
      createdAt: world.api.clock.now(),
    },
  });
  return { notice: id };
};

export const drift: TargetMaker = async (world) => {
  const { organizationId, id: versionId, serverId } = await world.templates.active.row();
  const id = idOf(world, 'drf');
  const now = world.api.clock.now();
  // a place of its own: there is one open finding per version and environment
  const environmentId = `env_${id}`;
  await world.api.prisma.driftFinding.create({
    data: {
      id,
      organizationId,
      serverId,
      versionId,
      environmentId,
      approvedDigest: 'sha256:approved',
      observedDigest: 'sha256:observed',
      kind: 'same_version_other_contract',
      conclusion: 'breaking',
      risk: 'none',
      status: 'open',
      source: 'probe',
      detectedAt: now,
      lastSeenAt: now,
    },
  });
  return { drift: id };
};

export const webhook: TargetMaker = async (world) => {
  const url = `https://hooks.example.com/${world.next()}`;
  const made = await world.api.get(WebhookService).create(world.maintainer.context(), { team: 'payments', url });
  return { webhook: made.webhook.id };
};

export const delivery: TargetMaker = async (world) => {
  const target = (await webhook(world)) as { webhook: string };
  await world.api.get(WebhookService).test(world.maintainer.context(), target.webhook);
  const where = { endpointId: target.webhook };
  const { id } = await world.api.prisma.webhookDelivery.findFirstOrThrow({ where });
  await world.api.prisma.webhookDelivery.update({ where: { id }, data: { status: 'dead', nextAttemptAt: null } });
  return { ...target, delivery: id };
};

export const transfer: TargetMaker = async (world) => {
  const { server } = (await copy(world, world.templates.draft, {})) as { server: string };
  const offer = { server: { byName: server }, toTeam: world.marketing.slug, reason: 'It is theirs.' };
  const { id } = await world.api.get(TransferService).request(world.maintainer.context(), offer);
  return { transfer: id };
};

/** Held up by a guard: nothing was inspected in staging. */
export const unprovenVersion = copyOf('in_review', { state: 'staging' });

export const breakGlass: TargetMaker = async (world) => {
  const { versionId } = (await unprovenVersion(world)) as { versionId: string };
  const input = { version: { byId: versionId }, to: 'active' as const, reason: 'Down.' };
  const request = await world.api.get(BreakGlassService).request(world.secondAdmin.context(), input);
  return { request };
};

/** Somebody new: `kind` user or service_account, in the team payments or in none. */
export function account(
  kind: 'user' | 'service_account',
  more: { team?: boolean; disabled?: boolean } = {},
): TargetMaker {
  return async (world) => {
    const { prisma, clock } = world.api;
    const [id, handle, organizationId] = [idOf(world, 'prn'), `payments-ci-${world.next()}`, world.acme.id];
    const disabledAt = more.disabled ? clock.now() : null;
    await prisma.principal.create({ data: { id, organizationId, kind, handle, displayName: handle, disabledAt } });
    if (more.team) {
      const data = { organizationId, teamId: world.payments.id, principalId: id, role: 'developer' };
      await prisma.teamMember.create({ data });
    }
    return { principal: handle, principalId: id, team: world.payments.slug };
  };
}

export const roleHolder: TargetMaker = async (world) => {
  const target = (await account('user')(world)) as { principal: string; principalId: string };
  const data = { organizationId: world.acme.id, principalId: target.principalId, role: 'auditor' };
  await world.api.prisma.roleAssignment.create({ data });
  return target;
};

export const apiToken: TargetMaker = async (world) => {
  const target = (await account('service_account', { team: true })(world)) as {
    principal: string;
    principalId: string;
  };
  const [id, now] = [idOf(world, 'tok'), world.api.clock.now()];
  await world.api.prisma.apiToken.create({
    data: {
      id,
      organizationId: world.acme.id,
      principalId: target.principalId,
      name: 'deploy',
      sha256: randomUUID(),
      scopes: ['server.read'],
      createdAt: now,
      expiresAt: new Date(now.getTime() + HOUR_MS),
    },
  });
  return { token: id };
};

export const federationRule: TargetMaker = async (world) => {
  const { principalId } = (await account('service_account', { team: true })(world)) as { principalId: string };
  const id = idOf(world, 'fed');
  await world.api.prisma.federationRule.create({
    data: {
      id,
      organizationId: world.acme.id,
      name: `payments-rule-${world.next()}`,
      issuer: 'https://issuer.example.com',
      audience: 'rollcall',
      claims: { sub: 'repo:acme/*' },
      scopes: ['*'],
      principalId,
      createdBy: world.secondAdmin.id,
      createdAt: world.api.clock.now(),
    },
  });
  return { rule: id };
};

export const mirror: TargetMaker = async (world) => {
  const n = world.next();
  const name = `acme-mirror-${n}`;
  const { ids, clock } = world.api.get(Runtime);
  await world.api.prisma.mirrorSource.create({
    data: {
      id: ids.next('mir'),
      organizationId: world.acme.id,
      name,
      url: 'https://registry.example.com',
      precedence: n % 1_000,
      intervalMinutes: 60,
      enabled: true,
      createdBy: world.secondAdmin.id,
      createdAt: clock.now(),
    },
  });
  return { mirror: name };
};

export const team: TargetMaker = async (world) => {
  const slug = `payments-team-${world.next()}`;
  const id = idOf(world, 'team');
  await world.api.prisma.team.create({ data: { id, organizationId: world.acme.id, slug, name: slug } });
  return { team: slug };
};

export const paymentsTeam: TargetMaker = ({ payments }) => ({ team: payments.slug });

export const challenge: TargetMaker = async (world) => {
  const name = `example.proof${world.next()}`;
  await world.api.prisma.namespaceChallenge.create({
    data: {
      organizationId: world.acme.id,
      name,
      teamId: world.payments.id,
      token: randomUUID(),
      createdBy: world.maintainer.id,
      expiresAt: new Date(world.api.clock.now().getTime() + HOUR_MS),
    },
  });
  return { namespace: name };
};

/** The revision in force, which a new policy has to name. */
export const policyRevision: TargetMaker = async ({ api, acme }) => {
  const { policyRevision: revision } = await api.prisma.organization.findUniqueOrThrow({ where: { id: acme.id } });
  return { revision: String(revision) };
};

/** The newest bundle of one of acme's environments, by its digest. */
export function bundleObject(environment: string): TargetMaker {
  return async ({ api, acme }) => {
    const where = { organizationId: acme.id, environmentId: acme.environment(environment as 'staging').id };
    const { sha256 } = await api.prisma.bundle.findFirstOrThrow({ where, orderBy: { serial: 'desc' } });
    return { sha256 };
  };
}
