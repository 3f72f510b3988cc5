import { Injectable } from '@nestjs/common';
import type { Contract } from '@rollcall/contract';
import type { Tx } from '@rollcall/persistence';
import type { CompileInput, CompileVersionState, PolicyEndpoint } from '@rollcall/policy';
import type { StoredDeprecation } from '@rollcall/transitions';

type VersionInput = CompileInput['servers'][number]['versions'][number];
type Compiled = { id: string; name: string; kind: string };

/** One question: everything a policy of one environment is compiled from, read in the caller's snapshot. */
@Injectable()
export class PolicyInputReadModel {
  async read(tx: Tx, organizationId: string, environment: Compiled): Promise<CompileInput> {
    const servers = await tx.server.findMany({
      where: { organizationId },
      orderBy: { alias: 'asc' },
      include: {
        versions: {
          include: {
            endpoints: { where: { environmentId: environment.id } },
            transitions: { where: { toState: 'decommissioned' }, orderBy: { at: 'desc' }, take: 1 },
          },
        },
      },
    });
    const digests = servers.flatMap((one) => one.versions.flatMap((version) => version.approvedContractDigest ?? []));
    const rows = await tx.contractSnapshot.findMany({ where: { organizationId, digest: { in: digests } } });
    const contracts = new Map(rows.map((row) => [row.digest, row.contract as unknown as Contract]));
    return {
      environment: { name: environment.name, kind: environment.kind === 'staging' ? 'staging' : 'production' },
      servers: servers.map((server) => ({
        alias: server.alias,
        name: server.name,
        versions: server.versions.map((version) => versionInput(version, contracts)),
      })),
      agents: await this.agents(tx, organizationId, environment.id),
    };
  }

  private async agents(tx: Tx, organizationId: string, environmentId: string): Promise<CompileInput['agents']> {
    const agents = await tx.agent.findMany({
      where: { organizationId },
      orderBy: { id: 'asc' },
      include: {
        tokens: { where: { revokedAt: null }, orderBy: { sha256: 'asc' } },
        grants: { where: { environmentId, revokedAt: null }, orderBy: { id: 'asc' } },
      },
    });
    const serverIds = agents.flatMap((agent) => agent.grants.map((grant) => grant.serverId));
    const servers = await tx.server.findMany({ where: { organizationId, id: { in: serverIds } } });
    const aliases = new Map(servers.map((server) => [server.id, server.alias]));
    return agents.map((agent) => ({
      id: agent.id,
      name: agent.slug,
      tokens: agent.tokens.map((one) => ({ sha256: one.sha256, expiresAt: one.expiresAt?.toISOString() ?? null })),
      grants: agent.grants.map((grant) => ({
        id: grant.id,
        alias: aliases.get(grant.serverId) ?? '',
        versions: grant.versions,
        tools: grant.tools,
      })),
    }));
  }
}

type VersionRow = {
  version: string;
  state: string;
  quarantineReason: string | null;
  approvedContractDigest: string | null;
  approvalRules: unknown;
  deprecation: unknown;
  endpoints: { transport: string; url: string | null; launcher: string | null }[];
  transitions: { at: Date }[];
};

function versionInput(row: VersionRow, contracts: ReadonlyMap<string, Contract>): VersionInput {
  const deprecation = row.deprecation as StoredDeprecation | null;
  const ended = row.transitions[0];
  return {
    version: row.version,
    state: row.state as CompileVersionState,
    quarantine: row.quarantineReason === null ? null : { reason: row.quarantineReason },
    contract: row.approvedContractDigest ? (contracts.get(row.approvedContractDigest) ?? null) : null,
    endpoint: row.endpoints[0] ? endpointOf(row.endpoints[0]) : null,
    approvals: row.approvalRules as Record<string, 'none' | 'human'>,
    deprecation,
    decommission: ended
      ? {
          at: ended.at.toISOString(),
          sunsetAt: deprecation?.sunsetAt ?? null,
          successor: deprecation?.successor ?? null,
        }
      : null,
  };
}

function endpointOf(row: { transport: string; url: string | null; launcher: string | null }): PolicyEndpoint | null {
  if (row.transport === 'streamable-http' && row.url) return { transport: 'streamable-http', url: row.url };
  return row.launcher ? { transport: 'stdio', launcher: row.launcher } : null;
}
