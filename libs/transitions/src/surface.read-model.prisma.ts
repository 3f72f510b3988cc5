import { Injectable } from '@nestjs/common';
import { PrismaService } from '@rollcall/persistence';

/** What a contract's tools add to the context of an agent that sees them all. */
export type Surface = { tools: number; estimatedTokens: number };

/** Measures contracts where they are: a contract may be megabytes, its measure is two numbers. */
@Injectable()
export class SurfaceReadModel {
  constructor(private readonly prisma: PrismaService) {}

  /** By digest. Tokens are estimated as a quarter of the characters of the tools' definitions, written as JSON. */
  async ofContracts(organizationId: string, digests: readonly string[]): Promise<Map<string, Surface>> {
    const rows = await this.prisma.$queryRaw<{ digest: string; tools: number; characters: number }[]>`
      SELECT c.digest, count(m)::int AS tools, coalesce(sum(length((m->'definition')::text)), 0)::int AS characters
      FROM contracts c
      LEFT JOIN LATERAL jsonb_array_elements(c.contract->'members') m ON m->>'kind' = 'tool'
      WHERE c.organization_id = ${organizationId} AND c.digest = ANY(${[...digests]})
      GROUP BY c.digest`;
    return new Map(
      rows.map((row) => [row.digest, { tools: row.tools, estimatedTokens: Math.ceil(row.characters / 4) }]),
    );
  }
}

/** Every transport that a manifest names, of remotes and packages. */
export function transportsOf(manifest: unknown): string[] {
  const { remotes = [], packages = [] } = manifest as {
    remotes?: { type?: string }[];
    packages?: { transport?: { type?: string } }[];
  };
  const named = [...remotes.map((one) => one.type), ...packages.map((one) => one.transport?.type)];
  return [...new Set(named.filter((type) => type !== undefined))];
}
