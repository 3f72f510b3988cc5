import { Injectable } from '@nestjs/common';
import { AccessService, AccessStore } from '@rollcall/access';
import { AuditLog } from '@rollcall/audit';
import { notFound, type RequestContext } from '@rollcall/kernel';
import { Outbox, TransactionRunner, withAdvisoryLock } from '@rollcall/persistence';
import {
  endpointInvalid,
  environmentInvalid,
  environmentTaken,
  namespaceInvalid,
  namespaceTaken,
  tooManyEnvironments,
} from './registry.errors.js';
import { ENDPOINT_SET, NAMESPACE_CLAIMED, policyChanged } from './registry.events.js';
import { isNamespace } from './registry.js';
import { accessTarget, ServerCatalog, type VersionRef } from './server-catalog.read-model.prisma.js';

/** How an endpoint is reached. */
export type EndpointTransport = 'streamable-http' | 'websocket' | 'stdio';

/** Where a version runs: exactly one of `url` and `launcher`. */
export type EndpointInput = {
  version: VersionRef;
  environment: string;
  transport: EndpointTransport;
  url?: string | null;
  launcher?: string | null;
};

/** Also part of addresses: `/bundles/v1/{environment}`. */
const ENVIRONMENT = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** Each has bundles, gateways and inspections of its own. */
const MAX_ENVIRONMENTS = 20;
const LAUNCHER = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** Namespaces and endpoints: what surrounds a version. */
@Injectable()
export class RegistryService {
  constructor(
    private readonly access: AccessService,
    private readonly teams: AccessStore,
    private readonly catalog: ServerCatalog,
    private readonly transactions: TransactionRunner,
    private readonly audit: AuditLog,
    private readonly outbox: Outbox,
  ) {}

  /** Gives a namespace to a team; claiming it again for the same team changes nothing. */
  async claimNamespace(ctx: RequestContext, input: { name: string; team: string }) {
    await this.access.authorize(ctx, 'namespace.claim');
    if (!isNamespace(input.name)) throw namespaceInvalid(input.name);
    const team = await this.teams.team(ctx.organizationId, input.team);
    if (!team) throw notFound('team', input.team);
    const key = { organizationId_name: { organizationId: ctx.organizationId, name: input.name } };
    return this.transactions.run(async (tx) => {
      const present = await tx.namespace.findUnique({ where: key });
      if (present && present.teamId !== team.id) throw namespaceTaken(input.name);
      if (present) return present;
      const row = await tx.namespace.create({
        data: {
          id: ctx.ids.next('ns'),
          organizationId: ctx.organizationId,
          name: input.name,
          teamId: team.id,
          // an administrator's word; proof by DNS or HTTP needs a public registry's trust model
          proof: 'administrator',
          provedAt: ctx.clock.now(),
        },
      });
      await this.audit.append(tx, ctx, {
        action: 'namespace.claim',
        subject: `namespace:${input.name}`,
        data: { team: input.team },
      });
      const payload = { namespaceId: row.id };
      await this.outbox.append(tx, { organizationId: ctx.organizationId, topic: NAMESPACE_CLAIMED, payload });
      return row;
    });
  }

  /** Makes an environment, last in the order; making it again with the same kind changes nothing. */
  async createEnvironment(ctx: RequestContext, input: { name: string; kind: 'staging' | 'production' }) {
    await this.access.authorize(ctx, 'environment.create');
    const { organizationId } = ctx;
    const { name, kind } = input;
    if (!ENVIRONMENT.test(name)) throw environmentInvalid(name);
    return this.transactions.run(async (tx) => {
      await withAdvisoryLock(tx, `environments:${organizationId}`);
      const all = await tx.environment.findMany({ where: { organizationId } });
      const present = all.find((one) => one.name === name);
      if (present && present.kind !== kind) throw environmentTaken(name, present.kind);
      if (present) return present;
      if (all.length >= MAX_ENVIRONMENTS) throw tooManyEnvironments(MAX_ENVIRONMENTS);
      const position = Math.max(-1, ...all.map((one) => one.position)) + 1;
      const row = await tx.environment.create({
        data: { id: ctx.ids.next('env'), organizationId, name, kind, position },
      });
      await this.audit.append(tx, ctx, {
        action: 'environment.create',
        subject: `environment:${name}`,
        data: { kind },
      });
      // it has a bundle from the beginning: a gateway that is enrolled for it finds one
      await this.outbox.append(tx, policyChanged(organizationId));
      return row;
    });
  }

  /** Says where a version runs in an environment; the newest word holds. */
  async setEndpoint(ctx: RequestContext, input: EndpointInput) {
    const version = await this.catalog.version(ctx, input.version, 'endpoint.set');
    const environment = await this.catalog.environment(ctx.organizationId, input.environment);
    await this.access.authorize(ctx, 'endpoint.set', accessTarget(version.server, environment.kind));
    const target = endpointTarget(input);
    return this.transactions.run(async (tx) => {
      const data = { ...target, updatedAt: ctx.clock.now() };
      const row = await tx.endpoint.upsert({
        where: { versionId_environmentId: { versionId: version.id, environmentId: environment.id } },
        create: {
          id: ctx.ids.next('ept'),
          organizationId: ctx.organizationId,
          versionId: version.id,
          environmentId: environment.id,
          ...data,
        },
        update: data,
      });
      await this.audit.append(tx, ctx, {
        action: 'endpoint.set',
        subject: `version:${version.server.name}@${version.version}`,
        data: { environment: environment.name, ...target },
      });
      await this.outbox.append(tx, {
        organizationId: ctx.organizationId,
        topic: ENDPOINT_SET,
        payload: { versionId: version.id, environmentId: environment.id },
      });
      await this.outbox.append(tx, policyChanged(ctx.organizationId));
      return row;
    });
  }
}

function endpointTarget(input: EndpointInput): { transport: string; url: string | null; launcher: string | null } {
  if (input.transport === 'stdio') {
    if (!input.launcher || input.url) throw endpointInvalid('A stdio endpoint needs a launcher and no URL.');
    if (!LAUNCHER.test(input.launcher)) throw endpointInvalid(`"${input.launcher}" is not the name of a launcher.`);
    return { transport: 'stdio', url: null, launcher: input.launcher };
  }
  const { transport } = input;
  if (!input.url || input.launcher) {
    throw endpointInvalid(`A ${transport.replace('-', '_')} endpoint needs a URL and no launcher.`);
  }
  const url = URL.canParse(input.url) ? new URL(input.url) : null;
  const scheme = transport === 'websocket' ? 'ws' : 'http';
  if (!url || ![`${scheme}:`, `${scheme}s:`].includes(url.protocol) || url.username || url.password || url.hash) {
    throw endpointInvalid(`"${input.url}" is not an absolute ${scheme}(s) URL without credentials and fragment.`);
  }
  return { transport, url: url.href, launcher: null };
}
