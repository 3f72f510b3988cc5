import { Injectable, Optional } from '@nestjs/common';
import { AccessService, teamFilter, withinScopes } from '@rollcall/access';
import { type SemverVerdict, semverGate } from '@rollcall/compatibility';
import { type Contract, readContract } from '@rollcall/contract';
import { isJsonObject, type JsonValue, Refusal, type RequestContext } from '@rollcall/kernel';
import { effectivePolicy } from '@rollcall/lifecycle';
import { type Manifest, manifestDigest, parseManifest } from '@rollcall/manifest';
import { isUniqueViolation, PrismaService, TransactionRunner, type Tx, withAdvisoryLock } from '@rollcall/persistence';
import { readContextId } from './context-id.js';
import { ContractStore } from './contract.store.prisma.js';
import { PackageOwnership } from './package-ownership.port.js';
import type { Publication, PublishInput, PublishResult } from './publication.js';
import { PublicationRecords } from './publication.records.prisma.js';
import {
  aliasInvalid,
  aliasTaken,
  manifestInvalid,
  namespaceNotOwned,
  remoteTaken,
  serverRenamed,
  tooManyVersions,
  versionConflict,
} from './registry.errors.js';
import { chooseBase, defaultAlias, isAlias, MAX_VERSIONS_PER_SERVER, spareAlias } from './registry.js';
import { requireServerName } from './server-names.js';

/** Publishes immutable versions. */
@Injectable()
export class PublishService {
  constructor(
    private readonly prisma: PrismaService,
    private readonly access: AccessService,
    private readonly contracts: ContractStore,
    private readonly transactions: TransactionRunner,
    private readonly records: PublicationRecords,
    @Optional() private readonly packages?: PackageOwnership,
  ) {}

  /**
   * Makes a version known as a draft. Idempotent by (server, version, manifest digest). Refuses with FORBIDDEN or
   * NAMESPACE_NOT_OWNED before it looks at the rest of the manifest, then with MANIFEST_INVALID, PACKAGE_UNPROVEN,
   * VERSION_CONFLICT, REMOTE_TAKEN, TOO_MANY_VERSIONS, ALIAS_TAKEN, SEMVER_MAJOR_REQUIRED or SEMVER_MINOR_REQUIRED.
   */
  async publish(ctx: RequestContext, input: PublishInput): Promise<PublishResult> {
    // before the transaction: one that holds a connection and asks for a second starves the pool when many publish at once
    const namespace = await this.ownedNamespace(ctx, nameOf(input.manifest));
    const parsed = parseManifest(input.manifest);
    if (!parsed.ok) throw manifestInvalid(parsed.error);
    if (namespace === null) throw new Error('a valid manifest has a name');
    const manifest = parsed.value;
    // asks other registries, so it is never inside the transaction
    await this.packages?.demand(ctx, manifest);
    const publication = {
      manifest,
      digest: manifestDigest(manifest),
      input,
      namespace,
      alias: aliasOf(manifest, input),
      contextId: readContextId(input.contextId),
    };
    return this.storeUnderAlias(ctx, publication);
  }

  private async storeUnderAlias(ctx: RequestContext, publication: Publication): Promise<PublishResult> {
    try {
      return await this.transactions.run(async (tx) => {
        await withAdvisoryLock(tx, `publish:${ctx.organizationId}:${publication.manifest.name}`);
        return this.store(tx, ctx, publication);
      });
    } catch (error) {
      if (!isUniqueViolation(error, 'servers_organization_alias_key')) throw error;
      const { alias, input, manifest } = publication;
      const spare = spareAlias(manifest.name);
      if (!input.deriveAlias || alias === spare) throw aliasTaken(alias);
      return this.storeUnderAlias(ctx, { ...publication, alias: spare });
    }
  }

  /** Null when the document names no server: then there is nothing to be permitted, and the manifest is refused. */
  private async ownedNamespace(ctx: RequestContext, server: string | null) {
    if (server === null) return null;
    requireServerName(ctx, server);
    // a credential that may not publish at all is told so, whoever owns the namespace
    if (!withinScopes(ctx, 'version.publish')) await this.access.authorize(ctx, 'version.publish');
    const name = server.slice(0, server.indexOf('/'));
    const row = await this.prisma.namespace.findUnique({
      where: { organizationId_name: { organizationId: ctx.organizationId, name } },
    });
    // a server may have gone to another team than its namespace's: its owner publishes
    const present = await this.prisma.server.findUnique({
      where: { organizationId_name: { organizationId: ctx.organizationId, name: server } },
      select: { teamId: true, renamedToId: true },
    });
    if (!row || !(await this.access.can(ctx, 'version.publish', present?.teamId ?? row.teamId))) {
      throw namespaceNotOwned(name, await this.heldNamespaces(ctx));
    }
    if (present?.renamedToId) await this.refuseRenamed(server, present.renamedToId);
    return row;
  }

  private async refuseRenamed(server: string, renamedToId: string): Promise<never> {
    const next = await this.prisma.server.findUniqueOrThrow({ where: { id: renamedToId }, select: { name: true } });
    throw serverRenamed(server, next.name);
  }

  private async heldNamespaces(ctx: RequestContext): Promise<string[]> {
    const scope = teamFilter(await this.access.visibility(ctx, 'version.publish'));
    const rows = await this.prisma.namespace.findMany({
      where: { organizationId: ctx.organizationId, ...scope },
      orderBy: { name: 'asc' },
      take: 20,
    });
    return rows.map((row) => row.name);
  }

  private async store(tx: Tx, ctx: RequestContext, publication: Publication): Promise<PublishResult> {
    const { manifest, digest } = publication;
    const { organizationId } = ctx;
    const server = await tx.server.findUnique({
      where: { organizationId_name: { organizationId, name: manifest.name } },
      select: { id: true },
    });
    const present = server ? await this.records.find(tx, server.id, manifest.version) : null;
    if (present) {
      if (present.manifestDigest !== digest) throw versionConflict(manifest.name, manifest.version);
      return { versionId: present.id, created: false, gate: null };
    }
    const shared = await this.records.sharedRemote(tx, { organizationId, serverId: server?.id ?? null }, manifest);
    if (shared) throw remoteTaken(shared.url, shared.server);
    if (server && (await this.records.isFull(tx, server.id))) {
      throw tooManyVersions(manifest.name, MAX_VERSIONS_PER_SERVER);
    }
    const gate = server ? await this.judge(tx, ctx, publication, server.id) : this.unjudged(publication);
    if (!server && !isAlias(publication.alias)) throw aliasInvalid(publication.alias);
    const serverId = server?.id ?? (await this.records.createServer(tx, ctx, publication));
    const versionId = await this.records.createVersion(tx, ctx, publication, serverId);
    return { versionId, created: true, gate };
  }

  /** The first version of a server has no base; a contract that cannot be read is refused all the same. */
  private unjudged({ input }: Publication): null {
    if (input.contract !== undefined && input.contract !== null) captured(input.contract);
    return null;
  }

  /** The semver gate, when the publisher brought the new contract and the base's is known. */
  private async judge(
    tx: Tx,
    ctx: RequestContext,
    { manifest, input }: Publication,
    serverId: string,
  ): Promise<SemverVerdict | null> {
    if (input.contract === undefined || input.contract === null) return null;
    const head = captured(input.contract);
    const base = chooseBase(manifest.version, await this.records.baseCandidates(tx, serverId));
    if (!base?.contractDigest) return null;
    const contract = await this.contracts.find(ctx.organizationId, base.contractDigest, tx);
    if (!contract) return null;
    const verdict = semverGate({ version: base.version, contract }, { version: manifest.version, contract: head });
    const organization = await tx.organization.findUniqueOrThrow({ where: { id: ctx.organizationId } });
    if (!verdict.allowed && effectivePolicy(organization.policy).semver === 'enforce') {
      throw new Refusal({
        code: verdict.code,
        message: verdict.message,
        nextStep: verdict.nextStep,
        path: ['manifest', 'version'],
        details: { comparison: JSON.parse(JSON.stringify(verdict.comparison)) },
      });
    }
    return verdict;
  }
}

/** The name as the document gives it, when it has the form `namespace/server` at all. */
function nameOf(manifest: JsonValue): string | null {
  const name = isJsonObject(manifest) ? manifest['name'] : undefined;
  return typeof name === 'string' && /^[^/]+\/[^/]+$/.test(name) && name.length <= 400 ? name : null;
}

function aliasOf(manifest: Manifest, input: PublishInput): string {
  return input.alias ?? defaultAlias(manifest.name);
}

function captured(document: JsonValue): Contract {
  const read = readContract(JSON.stringify(document));
  const problem = read.ok ? read.value.issues[0] : read.error;
  if (!read.ok || problem) {
    throw new Refusal({
      code: 'CONTRACT_INVALID',
      message: `The captured contract was not accepted: ${problem?.path ?? ''} ${problem?.message ?? ''}`,
      nextStep: 'Capture it again with: rollcall inspect TARGET --format json',
      path: ['contract'],
    });
  }
  return read.value.contract;
}
