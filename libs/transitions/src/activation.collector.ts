import { Injectable } from '@nestjs/common';
import { compareContracts } from '@rollcall/compatibility';
import { InspectionReadModel } from '@rollcall/inspections';
import type { Evidence } from '@rollcall/lifecycle';
import { PrismaService } from '@rollcall/persistence';
import { compareVersions } from '@rollcall/policy';
import { ContractStore, RemoteAddresses, ServerCatalog } from '@rollcall/registry';
import type { Question, SubjectVersion } from './question.js';

/** What the way to production depends on: the staging inspection, the live version, and addresses others use. */
@Injectable()
export class ActivationCollector {
  constructor(
    private readonly prisma: PrismaService,
    private readonly catalog: ServerCatalog,
    private readonly contracts: ContractStore,
    private readonly inspections: InspectionReadModel,
    private readonly addresses: RemoteAddresses,
  ) {}

  async collect(question: Question): Promise<Partial<Evidence>> {
    const { asks } = question;
    return {
      ...(asks('staging_inspection_fresh') ? { stagingInspection: await this.staging(question) } : {}),
      ...(asks('first_active_or_safe', 'rollout_complete') ? await this.activation(question) : {}),
      ...(asks('remote_url_unique') ? { sharedRemotes: await this.sharedRemotes(question.version) } : {}),
    };
  }

  private async staging({ ctx, version, policy }: Question): Promise<Evidence['stagingInspection']> {
    const environments = await this.catalog.environments(ctx.organizationId);
    const staging = environments.filter((one) => one.kind === 'staging');
    // where an order is decided, only the last stop before production says what goes there
    const stops = policy.promotionOrder.length > 0 ? staging.slice(-1) : staging;
    const ids = stops.map((one) => one.id);
    const seen = await this.inspections.newestInStaging(ctx.organizationId, version.id, ids);
    if (!seen) return null;
    return {
      id: seen.id,
      contractDigest: seen.contractDigest,
      at: (seen.finishedAt ?? seen.requestedAt).toISOString(),
      outcome: seen.outcome ?? 'unknown',
    };
  }

  private async activation({ ctx, version }: Question): Promise<Partial<Evidence>> {
    const newest = await this.newestLive(ctx.organizationId, version);
    return { firstActive: newest === null, changeClass: await this.changeClass(version, newest) };
  }

  /** The version that callers of the server have now, or null when none is live. */
  async newestLive(
    organizationId: string,
    version: { id: string; serverId: string },
  ): Promise<{ version: string; approvedContractDigest: string | null } | null> {
    const live = await this.prisma.serverVersion.findMany({
      where: {
        organizationId,
        serverId: version.serverId,
        track: 'governed',
        state: { in: ['active', 'deprecated'] },
        id: { not: version.id },
      },
      select: { version: true, state: true, approvedContractDigest: true },
    });
    // a deprecated version still serves: when its end was announced first, it is what callers compare with
    return live.sort((a, b) => a.state.localeCompare(b.state) || compareVersions(b.version, a.version))[0] ?? null;
  }

  private async changeClass(
    version: SubjectVersion,
    newest: { approvedContractDigest: string | null } | null,
  ): Promise<Evidence['changeClass']> {
    if (!newest?.approvedContractDigest || !version.contractDigest) return null;
    const digests = [newest.approvedContractDigest, version.contractDigest];
    const found = await this.contracts.findMany(version.organizationId, digests);
    const base = found.get(newest.approvedContractDigest);
    const head = found.get(version.contractDigest);
    return base && head ? compareContracts(base, head).conclusion : null;
  }

  /** Addresses of the manifest that another server's shown version names too. */
  private async sharedRemotes(version: SubjectVersion): Promise<{ url: string; server: string }[]> {
    const urls = await this.addressesOf(version.id);
    const other = await this.addresses.other(this.prisma, version, urls);
    return other ? [other] : [];
  }

  /** The addresses of a version, as they were published. */
  private async addressesOf(versionId: string): Promise<string[]> {
    const rows = await this.prisma.$queryRaw<{ url: string }[]>`
      SELECT url FROM version_remotes WHERE version_id = ${versionId}`;
    return rows.map((row) => row.url);
  }
}
