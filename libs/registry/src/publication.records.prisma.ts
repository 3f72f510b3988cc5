import { Injectable } from '@nestjs/common';
import { AuditLog } from '@rollcall/audit';
import type { RequestContext } from '@rollcall/kernel';
import type { Manifest } from '@rollcall/manifest';
import { Outbox, type Tx } from '@rollcall/persistence';
import type { Publication } from './publication.js';
import { VERSION_PUBLISHED } from './registry.events.js';
import { type BaseCandidate, MAX_VERSIONS_PER_SERVER } from './registry.js';
import { RemoteAddresses, type RemoteOwner } from './remote-addresses.prisma.js';

/** Rows of servers and versions. No look-up reads more than its answer: a server may have ten thousand versions. */
@Injectable()
export class PublicationRecords {
  constructor(
    private readonly remotes: RemoteAddresses,
    private readonly audit: AuditLog,
    private readonly outbox: Outbox,
  ) {}

  find(tx: Tx, serverId: string, version: string) {
    return tx.serverVersion.findUnique({
      where: { serverId_version: { serverId, version } },
      select: { id: true, manifestDigest: true },
    });
  }

  async isFull(tx: Tx, serverId: string): Promise<boolean> {
    return (await tx.serverVersion.count({ where: { serverId } })) >= MAX_VERSIONS_PER_SERVER;
  }

  /** Another server at one of the addresses of the manifest. Whoever publishes at one of them waits here for the other. */
  async sharedRemote(
    tx: Tx,
    owner: { organizationId: string; serverId: string | null },
    manifest: Manifest,
  ): Promise<RemoteOwner | null> {
    const urls = manifest.remotes.map((remote) => remote.url);
    await this.remotes.lock(tx, owner.organizationId, urls);
    return this.remotes.other(tx, owner, urls);
  }

  /** Newest first. */
  baseCandidates(tx: Tx, serverId: string): Promise<BaseCandidate[]> {
    return tx.serverVersion.findMany({
      where: { serverId, contractDigest: { not: null }, state: { notIn: ['rejected', 'decommissioned'] } },
      select: { version: true, state: true, contractDigest: true },
      orderBy: { publishedAt: 'desc' },
    });
  }

  async createServer(tx: Tx, ctx: RequestContext, publication: Publication): Promise<string> {
    const { manifest, input, namespace, alias } = publication;
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

  async createVersion(tx: Tx, ctx: RequestContext, publication: Publication, serverId: string): Promise<string> {
    const { manifest, digest, input } = publication;
    const id = ctx.ids.next('ver');
    const now = ctx.clock.now();
    const organizationId = ctx.organizationId;
    const track = input.track ?? 'governed';
    await tx.serverVersion.create({
      data: {
        id,
        organizationId,
        serverId,
        track,
        contextId: publication.contextId,
        version: manifest.version,
        manifest: manifest.document as object,
        manifestDigest: digest,
        state: 'draft',
        stateChangedAt: now,
        publisherId: ctx.principal.id,
        publishedAt: now,
        updatedAt: now,
        approvalRules: {},
      },
      select: { id: true },
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
      data: { manifestDigest: digest, track },
    });
    await this.outbox.append(tx, { organizationId, topic: VERSION_PUBLISHED, payload: { versionId: id } });
    return id;
  }
}
