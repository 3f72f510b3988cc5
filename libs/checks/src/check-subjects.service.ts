import { Injectable } from '@nestjs/common';
import { AccessService, type AccessTarget } from '@rollcall/access';
import { notFound, type RequestContext } from '@rollcall/kernel';
import { PrismaService } from '@rollcall/persistence';
import { accessTarget, readContextId, requireServerName, ServerCatalog } from '@rollcall/registry';
import {
  type Candidate,
  type CandidateInput,
  type CheckRequestInput,
  isServerName,
  readCandidate,
} from './check-request.js';
import { baseAmbiguous, candidateInvalid, subjectRequired } from './checks.errors.js';

/** What a check is about, once the caller was found to be allowed to ask for it. */
export type CheckSubject = {
  versionId: string | null;
  /** Null for a server that is not registered yet. */
  serverId: string | null;
  serverName: string;
  candidate: Candidate | null;
  contractDigest: string | null;
  contextId: string | null;
  approvalContext: string;
};

/** The base that was asked for; null when it is chosen when the check runs. */
export type NamedBase = { versionId: string | null; environment: string | null };

/** Finds what a check is about and what it is compared with, as one caller may see them. */
@Injectable()
export class CheckSubjects {
  constructor(
    private readonly prisma: PrismaService,
    private readonly access: AccessService,
    private readonly catalog: ServerCatalog,
  ) {}

  /** Authorizes first. NOT_FOUND for a version, a server or a namespace that the caller does not see. */
  async subject(ctx: RequestContext, input: CheckRequestInput): Promise<CheckSubject> {
    const { version, candidate } = input;
    if (version && !candidate) return this.version(ctx, { ...input, version });
    if (candidate && !version) return this.candidate(ctx, candidate, input.contextId);
    throw subjectRequired();
  }

  /** The base that the caller named. */
  async base(ctx: RequestContext, input: CheckRequestInput, subject: CheckSubject): Promise<NamedBase | null> {
    const { against, againstEnvironment: place } = input;
    if (against && place) throw baseAmbiguous();
    if (against) return { versionId: (await this.catalog.version(ctx, against)).id, environment: null };
    if (!place) return null;
    const environment = await this.catalog.environment(ctx.organizationId, place.environment);
    const serverId = place.server ? (await this.catalog.server(ctx, { byName: place.server })).id : subject.serverId;
    const versionId = serverId === null ? null : await this.serving(ctx.organizationId, serverId, environment);
    return { versionId, environment: environment.name };
  }

  /** What permissions look at for a server name: its server, else the team of its namespace, else the organization. */
  async accessTargetOf(organizationId: string, serverName: string): Promise<AccessTarget> {
    const where = { organizationId_name: { organizationId, name: serverName } };
    const server = await this.prisma.server.findUnique({ where });
    if (server) return accessTarget(server);
    const name = serverName.slice(0, serverName.indexOf('/'));
    const namespace = await this.prisma.namespace.findUnique({
      where: { organizationId_name: { organizationId, name } },
    });
    return { teamId: namespace?.teamId };
  }

  private async version(
    ctx: RequestContext,
    input: CheckRequestInput & { version: NonNullable<CheckRequestInput['version']> },
  ): Promise<CheckSubject> {
    const row = await this.catalog.version(ctx, input.version, 'version.check');
    const contextId = readContextId(input.contextId) ?? row.contextId;
    return {
      versionId: row.id,
      serverId: row.serverId,
      serverName: row.server.name,
      candidate: null,
      contractDigest: row.contractDigest,
      contextId,
      approvalContext: contextId ?? versionContext(row.id),
    };
  }

  private async candidate(
    ctx: RequestContext,
    input: CandidateInput,
    named: string | null | undefined,
  ): Promise<CheckSubject> {
    if (!isServerName(input.server)) throw candidateInvalid('server', 'the name is not NAMESPACE/NAME.');
    const serverId = await this.authorizedServer(ctx, input.server);
    const contextId = readContextId(named);
    const candidate = readCandidate(input);
    const { digest } = candidate.contract;
    return {
      versionId: null,
      serverId,
      serverName: input.server,
      candidate,
      contractDigest: digest,
      contextId,
      approvalContext: contextId ?? `@candidate:${digest}`,
    };
  }

  /** Its id, null when the name is not registered yet. Who sees neither server nor namespace is told the same for both. */
  private async authorizedServer(ctx: RequestContext, name: string): Promise<string | null> {
    requireServerName(ctx, name);
    const { organizationId } = ctx;
    const where = { organizationId_name: { organizationId, name } };
    const server = await this.prisma.server.findUnique({ where, select: { id: true } });
    if (server) return (await this.catalog.server(ctx, { byName: name }, 'version.check')).id;
    const target = await this.accessTargetOf(organizationId, name);
    if (!(await this.access.can(ctx, 'server.read', target))) throw notFound('server', name);
    await this.access.authorize(ctx, 'version.check', target);
    return null;
  }

  /** What callers of an environment get: the newest version of the first state that is served there. */
  private async serving(
    organizationId: string,
    serverId: string,
    environment: { id: string; kind: string },
  ): Promise<string | null> {
    const states = SERVED[environment.kind === 'production' ? 'production' : 'staging'];
    const rows = await this.prisma.serverVersion.findMany({
      where: {
        organizationId,
        serverId,
        state: { in: [...states] },
        endpoints: { some: { environmentId: environment.id } },
      },
      select: { id: true, state: true },
      orderBy: [{ publishedAt: 'desc' }, { id: 'desc' }],
      take: 1_000,
    });
    for (const state of states) {
      const found = rows.find((row) => row.state === state);
      if (found) return found.id;
    }
    return null;
  }
}

const SERVED = {
  production: ['active', 'deprecated', 'canary'],
  staging: ['staging', 'canary', 'active', 'deprecated'],
} as const;

/** What approvals stick to when a version was published without naming a context. No caller can name it. */
export const versionContext = (versionId: string): string => `@version:${versionId}`;
