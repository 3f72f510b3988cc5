import { Injectable } from '@nestjs/common';
import { ConsumerService } from '@rollcall/consumers';
import type { Contract, IntakeIssue } from '@rollcall/contract';
import { InspectionReadModel } from '@rollcall/inspections';
import type { JsonValue } from '@rollcall/kernel';
import { effectivePolicy } from '@rollcall/lifecycle';
import { parseManifest } from '@rollcall/manifest';
import { PrismaService } from '@rollcall/persistence';
import { QualityService } from '@rollcall/quality';
import { ContractStore, chooseBase } from '@rollcall/registry';
import type { CheckDifference, CheckMaterial, CheckOpinions } from './check.js';
import type { StoredCandidate } from './check-request.js';

/** What of a check's row says what to look at. */
export type CheckRow = {
  id: string;
  organizationId: string;
  versionId: string | null;
  serverName: string;
  candidate: unknown;
  contractDigest: string | null;
  baseVersionId: string | null;
  baseEnvironment: string | null;
};

/** The material with what of it goes to the record. */
export type Collected = { material: CheckMaterial; baseServerId: string | null; baseVersionId: string | null };

type Head = Pick<CheckMaterial, 'manifest' | 'head' | 'headMissing'> & { version: string | null };
type ObservedIssue = Partial<IntakeIssue> & { severity?: string };
type BaseRow = {
  id: string;
  serverId: string;
  version: string;
  contractDigest: string | null;
  approvedContractDigest: string | null;
};

const BASE = { id: true, serverId: true, version: true, contractDigest: true, approvedContractDigest: true } as const;

/** Gathers what the steps of a check look at. */
@Injectable()
export class CheckMaterialCollector {
  constructor(
    private readonly prisma: PrismaService,
    private readonly contracts: ContractStore,
    private readonly inspections: InspectionReadModel,
    private readonly quality: QualityService,
    private readonly consumers: ConsumerService,
  ) {}

  /** Contracts of both sides, the manifest's problems, the policy. */
  async collect(check: CheckRow): Promise<Collected> {
    const { organizationId, serverName } = check;
    const { policy } = await this.prisma.organization.findUniqueOrThrow({
      where: { id: organizationId },
      select: { policy: true },
    });
    const where = { organizationId_name: { organizationId, name: serverName } };
    const server = await this.prisma.server.findUnique({ where, select: { id: true } });
    const { version, ...head } = check.versionId
      ? await this.publishedHead(organizationId, check.versionId)
      : await this.candidateHead(organizationId, check);
    const base = await this.baseRow(check, { serverId: server?.id ?? null, version });
    const contract = base ? await this.contractOf(organizationId, baseDigest(base)) : null;
    const label = base && (check.baseEnvironment ? `${check.baseEnvironment} (${base.version})` : base.version);
    const { semver, checkBlocks } = effectivePolicy(policy);
    return {
      baseServerId: base?.serverId ?? null,
      baseVersionId: base && contract ? base.id : null,
      material: {
        ...head,
        base: base && label && contract ? { version: base.version, label, contract } : null,
        baseMissing: missingBase(check, base),
        policy: { semver, checkBlocks },
      },
    };
  }

  /** What others know of the difference: quality of the head, consumers of the base's server. */
  async opinions(
    { organizationId, serverName }: CheckRow,
    { material, baseServerId }: Collected,
    { comparison }: CheckDifference,
  ): Promise<CheckOpinions> {
    const { head, base } = material;
    const subject = head && { serverName, contract: head.contract, issues: head.issues };
    const findings = subject ? await this.quality.lint(organizationId, subject) : [];
    if (!head || !base || !comparison || baseServerId === null) return { findings, impacts: [] };
    const question = { serverId: baseServerId, base: base.contract, head: head.contract, comparison };
    return { findings, impacts: await this.consumers.impact(organizationId, question) };
  }

  /** Changes whenever lint would judge by other rules or exceptions. */
  lintTerms(organizationId: string, serverName: string): Promise<string> {
    return this.quality.terms(organizationId, serverName);
  }

  private async publishedHead(organizationId: string, versionId: string): Promise<Head> {
    const version = await this.prisma.serverVersion.findUniqueOrThrow({ where: { id: versionId } });
    const manifest = parseManifest(version.manifest as JsonValue);
    const contract = await this.contractOf(organizationId, version.contractDigest);
    const [newest] = await this.inspections.ofVersions(organizationId, [version.id]);
    const issues = ((newest?.issues ?? []) as ObservedIssue[])
      // with a severity it is about the door, which has a guard of its own, and not about what is offered
      .filter((issue) => issue.severity === undefined)
      .map(({ code = '', message = '', path = '' }): IntakeIssue => ({ code, message, path }));
    return {
      version: version.version,
      manifest: { problems: manifest.ok ? [] : manifest.error.map((issue) => `${issue.path}: ${issue.message}`) },
      head: contract ? { version: version.version, contract, issues } : null,
      headMissing: newest
        ? `The newest inspection ended as ${newest.outcome ?? newest.status}: ${newest.detail ?? 'nothing was offered'}.`
        : 'The version was never inspected.',
    };
  }

  private async candidateHead(organizationId: string, check: CheckRow): Promise<Head> {
    const { version, issues, manifestProblems } = check.candidate as StoredCandidate;
    const contract = await this.contractOf(organizationId, check.contractDigest);
    return {
      version,
      manifest: manifestProblems && { problems: manifestProblems },
      head: contract && { version, contract, issues },
      headMissing: 'The contract of the candidate is gone.',
    };
  }

  /** The one that was named; else the one below it, or for a candidate without a number the latest. */
  private async baseRow(
    { organizationId, baseVersionId, baseEnvironment }: CheckRow,
    head: { serverId: string | null; version: string | null },
  ): Promise<BaseRow | null> {
    if (baseVersionId) {
      return this.prisma.serverVersion.findFirst({ where: { id: baseVersionId, organizationId }, select: BASE });
    }
    if (baseEnvironment !== null || head.serverId === null) return null;
    const siblings = await this.prisma.serverVersion.findMany({
      where: { organizationId, serverId: head.serverId, contractDigest: { not: null } },
      select: { ...BASE, state: true, isLatest: true },
      orderBy: { publishedAt: 'desc' },
    });
    const latest = head.version === null ? siblings.find((one) => one.isLatest) : undefined;
    return latest ?? chooseBase(head.version ?? '', siblings);
  }

  private async contractOf(organizationId: string, digest: string | null): Promise<Contract | null> {
    return digest ? this.contracts.find(organizationId, digest) : null;
  }
}

/** What callers hold: the contract that was approved, not what an endpoint showed since. */
function baseDigest(base: BaseRow): string | null {
  return base.approvedContractDigest ?? base.contractDigest;
}

function missingBase({ baseEnvironment }: CheckRow, base: BaseRow | null): string {
  if (base) return `No contract of ${base.version} has been observed.`;
  if (baseEnvironment !== null) return `No version of the server serves ${baseEnvironment}.`;
  return 'There is no earlier version to compare with.';
}
