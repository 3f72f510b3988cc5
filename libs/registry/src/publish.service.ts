import { Injectable } from '@nestjs/common';
import { AccessService } from '@rollcall/access';
import { AuditLog } from '@rollcall/audit';
import { type SemverVerdict, semverGate } from '@rollcall/compatibility';
import { type Contract, readContract } from '@rollcall/contract';
import { type JsonValue, Refusal, type RequestContext } from '@rollcall/kernel';
import { type Manifest, manifestDigest, parseManifest } from '@rollcall/manifest';
import {
  isUniqueViolation,
  Outbox,
  PrismaService,
  TransactionRunner,
  type Tx,
  withAdvisoryLock,
} from '@rollcall/persistence';
import { ContractStore } from './contract.store.prisma.js';
import {
  aliasInvalid,
  aliasTaken,
  manifestInvalid,
  namespaceNotOwned,
  tooManyVersions,
  versionConflict,
} from './registry.errors.js';
import { VERSION_PUBLISHED } from './registry.events.js';
import { chooseBase, defaultAlias, isAlias, MAX_VERSIONS_PER_SERVER } from './registry.js';

/** What a publisher hands in. `contract` is a captured contract document, judged before anything is stored. */
export type PublishInput = {
  manifest: JsonValue;
  alias?: string | null;
  contact?: string | null;
  contract?: JsonValue | null;
};

/** `created` is false when the same version with the same manifest was there already. */
export type PublishResult = { versionId: string; created: boolean; gate: SemverVerdict | null };

type Publication = {
  manifest: Manifest;
  digest: string;
  input: PublishInput;
  namespace: { id: string; teamId: string };
};

/** Publishes immutable versions. */
@Injectable()
export class PublishService {
  constructor(
    private readonly prisma: PrismaService,
    private readonly access: AccessService,
    private readonly contracts: ContractStore,
    private readonly transactions: TransactionRunner,
    private readonly audit: AuditLog,
    private readonly outbox: Outbox,
  ) {}

  /**
   * Makes a version known as a draft. Idempotent by (server, version, manifest digest). Refuses with MANIFEST_INVALID,
   * NAMESPACE_NOT_OWNED, VERSION_CONFLICT, ALIAS_TAKEN, SEMVER_MAJOR_REQUIRED or SEMVER_MINOR_REQUIRED.
   */
  async publish(ctx: RequestContext, input: PublishInput): Promise<PublishResult> {
    const parsed = parseManifest(input.manifest);
    if (!parsed.ok) throw manifestInvalid(parsed.error);
    const manifest = parsed.value;
    // before the transaction: one that holds a connection and asks for a second starves the pool when many publish at once
    const namespace = await this.ownedNamespace(ctx, manifest.namespace);
    try {
      return await this.transactions.run(async (tx) => {
        await withAdvisoryLock(tx, `publish:${ctx.organizationId}:${manifest.name}`);
        return this.store(tx, ctx, { manifest, digest: manifestDigest(manifest), input, namespace });
      });
    } catch (error) {
      if (isUniqueViolation(error, 'servers_organization_alias_key')) throw aliasTaken(aliasOf(manifest, input));
      throw error;
    }
  }

  private async ownedNamespace(ctx: RequestContext, name: string) {
    const row = await this.prisma.namespace.findUnique({
      where: { organizationId_name: { organizationId: ctx.organizationId, name } },
    });
    if (!row || !(await this.access.can(ctx, 'version.publish', row.teamId))) throw namespaceNotOwned(name);
    return row;
  }

  private async store(tx: Tx, ctx: RequestContext, publication: Publication): Promise<PublishResult> {
    const { manifest, digest } = publication;
    const server = await tx.server.findUnique({
      where: { organizationId_name: { organizationId: ctx.organizationId, name: manifest.name } },
      include: { versions: { orderBy: { publishedAt: 'desc' }, take: MAX_VERSIONS_PER_SERVER } },
    });
    const present = server?.versions.find((one) => one.version === manifest.version);
    if (present) {
      if (present.manifestDigest !== digest) throw versionConflict(manifest.name, manifest.version);
      return { versionId: present.id, created: false, gate: null };
    }
    if ((server?.versions.length ?? 0) >= MAX_VERSIONS_PER_SERVER) {
      throw tooManyVersions(manifest.name, MAX_VERSIONS_PER_SERVER);
    }
    const gate = await this.judge(tx, ctx, publication, server?.versions ?? []);
    const serverId = server?.id ?? (await this.createServer(tx, ctx, publication));
    const versionId = await this.createVersion(tx, ctx, publication, serverId);
    return { versionId, created: true, gate };
  }

  /** The semver gate, when the publisher brought the new contract and the base's is known. */
  private async judge(
    tx: Tx,
    ctx: RequestContext,
    { manifest, input }: Publication,
    versions: { version: string; state: string; contractDigest: string | null }[],
  ): Promise<SemverVerdict | null> {
    if (input.contract === undefined || input.contract === null) return null;
    const head = captured(input.contract);
    const base = chooseBase(manifest.version, versions);
    if (!base?.contractDigest) return null;
    const contract = await this.contracts.find(ctx.organizationId, base.contractDigest, tx);
    if (!contract) return null;
    const verdict = semverGate({ version: base.version, contract }, { version: manifest.version, contract: head });
    const organization = await tx.organization.findUniqueOrThrow({ where: { id: ctx.organizationId } });
    const mode = (organization.policy as { semver?: string }).semver ?? 'enforce';
    if (!verdict.allowed && mode === 'enforce') {
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

  private async createServer(tx: Tx, ctx: RequestContext, publication: Publication): Promise<string> {
    const { manifest, input, namespace } = publication;
    const alias = aliasOf(manifest, input);
    if (!isAlias(alias)) throw aliasInvalid(alias);
    const id = ctx.ids.next('srv');
    await tx.server.create({
      data: {
        id,
        organizationId: ctx.organizationId,
        namespaceId: namespace.id,
        teamId: namespace.teamId,
        name: manifest.name,
        alias,
        title: manifest.title ?? null,
        description: manifest.description,
        contact: input.contact ?? manifest.websiteUrl ?? manifest.repository?.url ?? null,
        createdAt: ctx.clock.now(),
      },
    });
    return id;
  }

  private async createVersion(
    tx: Tx,
    ctx: RequestContext,
    publication: Publication,
    serverId: string,
  ): Promise<string> {
    const { manifest, digest, input } = publication;
    const id = ctx.ids.next('ver');
    const now = ctx.clock.now();
    const organizationId = ctx.organizationId;
    await tx.serverVersion.create({
      data: {
        id,
        organizationId,
        serverId,
        version: manifest.version,
        manifest: input.manifest as object,
        manifestDigest: digest,
        state: 'draft',
        stateChangedAt: now,
        publisherId: ctx.principal.id,
        publishedAt: now,
        approvalRules: {},
      },
    });
    await tx.transition.create({
      data: {
        id: ctx.ids.next('trn'),
        organizationId,
        versionId: id,
        fromState: null,
        toState: 'draft',
        actorId: ctx.principal.id,
        actorHandle: ctx.principal.handle,
        guards: [],
        at: now,
      },
    });
    await this.audit.append(tx, ctx, {
      action: 'version.publish',
      subject: `version:${manifest.name}@${manifest.version}`,
      data: { manifestDigest: digest },
    });
    await this.outbox.append(tx, { organizationId, topic: VERSION_PUBLISHED, payload: { versionId: id } });
    return id;
  }
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
