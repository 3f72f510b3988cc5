import { Injectable } from '@nestjs/common';
import { isJsonObject, type JsonObject, type RequestContext } from '@rollcall/kernel';
import type { LifecycleState } from '@rollcall/lifecycle';
import type { ApprovedServer, ApprovedVersion } from '@rollcall/outputs';
import { PrismaService } from '@rollcall/persistence';

const PAGE = 500;
const STATES: Readonly<Record<string, LifecycleState>> = {
  active: 'active',
  deprecated: 'deprecated',
  deleted: 'decommissioned',
};

type Row = {
  mirror: string;
  server_name: string;
  version: string;
  manifest: JsonObject;
  status: string;
  status_message: string | null;
  published_at: Date;
  is_latest: boolean;
};

/** Reads what is mirrored from other registries in the same shape as what is our own: the registry API lists both. */
@Injectable()
export class MirroredSetReadModel {
  constructor(private readonly prisma: PrismaService) {}

  /** Every shown server in byte order of its name, page by page. Nobody of ours owns them: the owner names the mirror. */
  async *pages(ctx: RequestContext): AsyncGenerator<ApprovedServer[]> {
    for (let after = ''; ; ) {
      const rows = await this.prisma.$queryRaw<Row[]>`
        SELECT mirror, server_name, version, manifest, status, status_message, published_at, is_latest
        FROM shown_mirrored_versions WHERE organization_id = ${ctx.organizationId} AND server_name IN (
          SELECT DISTINCT server_name FROM mirrored_versions
          WHERE organization_id = ${ctx.organizationId} AND server_name > ${after} ORDER BY server_name LIMIT ${PAGE})
        ORDER BY server_name, published_at DESC, version`;
      const last = await this.lastName(ctx, after);
      if (rows.length > 0) yield grouped(rows);
      if (last === null) return;
      after = last;
    }
  }

  /** The last name of a full page: also of one on which nothing is shown, because our own servers hide it all. */
  private async lastName(ctx: RequestContext, after: string): Promise<string | null> {
    const names = await this.prisma.$queryRaw<{ server_name: string }[]>`
      SELECT DISTINCT server_name FROM mirrored_versions
      WHERE organization_id = ${ctx.organizationId} AND server_name > ${after} ORDER BY server_name LIMIT ${PAGE}`;
    return names.length < PAGE ? null : (names.at(-1)?.server_name ?? null);
  }
}

function grouped(rows: readonly Row[]): ApprovedServer[] {
  const servers = new Map<string, ApprovedServer>();
  for (const row of rows) {
    const server = servers.get(row.server_name) ?? serverOf(row);
    server.versions.push(versionOf(row));
    servers.set(row.server_name, server);
  }
  return [...servers.values()];
}

function serverOf({ mirror, server_name: name, manifest }: Row): ApprovedServer {
  const text = (key: string) => (typeof manifest[key] === 'string' ? manifest[key] : null);
  const repository = isJsonObject(manifest['repository']) ? manifest['repository']['url'] : undefined;
  return {
    name,
    title: text('title'),
    description: text('description') ?? '',
    owner: { slug: `mirror-${mirror}`, name: `${mirror} (mirror)` },
    contact: text('websiteUrl') ?? (typeof repository === 'string' ? repository : null),
    criticality: 'not set',
    dataClass: 'not set',
    versions: [],
    tools: [],
  };
}

function versionOf(row: Row): ApprovedVersion {
  return {
    version: row.version,
    state: STATES[row.status] ?? 'decommissioned',
    quarantined: false,
    isLatest: row.is_latest,
    publishedAt: row.published_at.toISOString(),
    sunsetAt: null,
    successor: null,
    statusMessage: row.status_message,
    contractDigest: null,
    manifest: row.manifest,
  };
}
