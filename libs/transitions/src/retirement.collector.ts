import { Injectable } from '@nestjs/common';
import { ConsumerService } from '@rollcall/consumers';
import type { Evidence, LifecycleState, Track } from '@rollcall/lifecycle';
import { PrismaService } from '@rollcall/persistence';
import { inRange } from '@rollcall/policy';
import { ContractStore, ServerCatalog } from '@rollcall/registry';
import { UsageService } from '@rollcall/usage';
import type { Question, SubjectVersion } from './question.js';
import { readToolMapping, type StoredDeprecation } from './transition.js';

type Deprecation = NonNullable<Evidence['deprecation']>;

/** A chain of successors longer than this is nobody's plan. */
const MAX_CHAIN = 20;
const MAX_CONSUMERS = 1000;

/** What the end of a version depends on: what replaces it, who may call it, and who still does. */
@Injectable()
export class RetirementCollector {
  constructor(
    private readonly prisma: PrismaService,
    private readonly catalog: ServerCatalog,
    private readonly contracts: ContractStore,
    private readonly usage: UsageService,
    private readonly relying: ConsumerService,
  ) {}

  async collect(question: Question): Promise<Partial<Evidence>> {
    const { input, asks } = question;
    const ends = input.to === 'deprecated' && asks('successor_declared', 'sunset_window', 'consumers_notified');
    return {
      ...(ends ? { deprecation: await this.deprecation(question) } : {}),
      ...(asks('drained') ? { usage: await this.seen(question) } : {}),
    };
  }

  /** Calls of the version, with those who made them within the drain window. */
  private async seen({ ctx, version, policy }: Question): Promise<Evidence['usage']> {
    const seen = await this.usage.seen(ctx.organizationId, subjectOf(version));
    return { ...seen, callers: await this.relying.calling(ctx.organizationId, version, policy.drainWindowDays) };
  }

  private async deprecation({ ctx, version, input, policy }: Question): Promise<Deprecation> {
    const tools = readToolMapping(input.successor?.tools);
    const next = input.successor
      ? await this.catalog.version(ctx, {
          byName: { server: input.successor.server, version: input.successor.version },
        })
      : null;
    return {
      successor: next
        ? {
            server: next.server.name,
            version: next.version,
            state: next.state as LifecycleState,
            track: next.track as Track,
            loop: await this.leadsTo(version, next),
          }
        : null,
      noSuccessor: input.noSuccessor ?? false,
      sunsetAt: input.sunsetAt?.toISOString() ?? null,
      mapping: { tools, ...(await this.toolNames(version, next)) },
      consumers: await this.withUse(version, policy.usageWindowDays, await this.consumers(version)),
    };
  }

  /** Follows the successors that are announced already. */
  private async leadsTo(target: SubjectVersion, from: SubjectVersion): Promise<boolean> {
    let next: { id: string; deprecation: unknown } | null = from;
    for (let hop = 0; next !== null && hop < MAX_CHAIN; hop++) {
      if (next.id === target.id) return true;
      const successor: StoredDeprecation['successor'] =
        (next.deprecation as StoredDeprecation | null)?.successor ?? null;
      next = successor
        ? await this.prisma.serverVersion.findFirst({
            where: {
              organizationId: target.organizationId,
              version: successor.version,
              server: { name: successor.server },
            },
            select: { id: true, deprecation: true },
          })
        : null;
    }
    return next !== null;
  }

  private async toolNames(
    version: SubjectVersion,
    next: SubjectVersion | null,
  ): Promise<{ before: string[] | null; after: string[] | null }> {
    const [from, to] = [version, next].map((one) => one?.approvedContractDigest ?? one?.contractDigest ?? null);
    const digests = [from, to].filter((digest) => typeof digest === 'string');
    const found = await this.contracts.findMany(version.organizationId, digests);
    const names = (digest: string | null | undefined) => {
      const contract = digest ? found.get(digest) : undefined;
      return contract?.members.filter((one) => one.kind === 'tool').map((one) => one.name) ?? null;
    };
    return { before: names(from), after: names(to) };
  }

  /** Which of them declared that they rely on the version, and who calls it: those whom its end will hit. */
  private async withUse(
    version: SubjectVersion,
    windowDays: number,
    granted: NonNullable<Deprecation['consumers']>,
  ): Promise<Deprecation['consumers']> {
    const declared = await this.relying.relying(version.organizationId, version);
    const calling = await this.relying.calling(version.organizationId, version, windowDays);
    return granted.map((consumer) => {
      const own = calling.filter((one) => one.agent === consumer.agent);
      const isDeclared = declared.some((one) => one.agent === consumer.agent);
      if (own.length === 0 && !isDeclared) return consumer;
      const calls = own.reduce((sum, one) => sum + one.calls, 0);
      const lastCallAt =
        own
          .map((one) => one.lastCallAt)
          .sort()
          .at(-1) ?? null;
      return { ...consumer, declared: isDeclared, calls, lastCallAt };
    });
  }

  /** Agents with a grant that means this version, or may; their team is reachable when somebody is in it. */
  private async consumers(version: SubjectVersion): Promise<NonNullable<Deprecation['consumers']>> {
    const rows = await this.prisma.$queryRaw<{ agent: string; team: string; versions: string; members: number }[]>`
      SELECT DISTINCT a.slug AS agent, t.slug AS team, g.versions,
        (SELECT count(*) FROM team_members m JOIN principals p ON p.id = m.principal_id
         WHERE m.team_id = t.id AND p.disabled_at IS NULL)::int AS members
      FROM grants g JOIN agents a ON a.id = g.agent_id JOIN teams t ON t.id = a.team_id
      WHERE g.organization_id = ${version.organizationId} AND g.server_id = ${version.serverId} AND g.revoked_at IS NULL
      ORDER BY 1, 2 LIMIT ${MAX_CONSUMERS}`;
    const meant = rows.filter((row) => row.versions === version.version || inRange(version.version, row.versions));
    const byAgent = new Map(meant.map(({ agent, team, members }) => [agent, { agent, team, reachable: members > 0 }]));
    return [...byAgent.values()];
  }
}

const subjectOf = (version: SubjectVersion) => ({ alias: version.server.alias, version: version.version });
