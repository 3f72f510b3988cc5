import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type PrismaService, type Tx, withAdvisoryLock } from '@rollcall/persistence';

/** An address and the server that has it. */
export type RemoteOwner = { url: string; server: string };

/** Which server is at which address: a client that compares addresses must never take one server for another. */
@Injectable()
export class RemoteAddresses {
  /** Keeps others from taking these addresses until the transaction ends; in one order, so that two never wait for each other. */
  async lock(tx: Tx, organizationId: string, urls: readonly string[]): Promise<void> {
    for (const digest of [...new Set(urls.map(digestOf))].sort()) {
      await withAdvisoryLock(tx, `remote:${organizationId}:${digest}`);
    }
  }

  /** A version of another server, neither rejected nor ended, that names one of the addresses; null when there is none. */
  async other(
    database: Tx | PrismaService,
    { organizationId, serverId }: { organizationId: string; serverId: string | null },
    urls: readonly string[],
  ): Promise<RemoteOwner | null> {
    if (urls.length === 0) return null;
    const [row] = await database.$queryRaw<RemoteOwner[]>`
      SELECT r.url, v.server_name AS server FROM version_remotes r JOIN server_versions v ON v.id = r.version_id
      WHERE r.organization_id = ${organizationId} AND r.url_sha256 = ANY(${urls.map(digestOf)})
        AND r.server_id IS DISTINCT FROM ${serverId} AND v.state NOT IN ('rejected', 'decommissioned') LIMIT 1`;
    return row ?? null;
  }
}

const digestOf = (url: string): string => createHash('sha256').update(url).digest('hex');
