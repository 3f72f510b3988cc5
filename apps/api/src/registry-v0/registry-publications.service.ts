import { Injectable } from '@nestjs/common';
import { type JsonObject, Refusal, type RequestContext } from '@rollcall/kernel';
import { effectivePolicy } from '@rollcall/lifecycle';
import { PrismaService } from '@rollcall/persistence';
import { PublishService } from '@rollcall/registry';
import { TransitionService } from '@rollcall/transitions';
import { CatalogueReadModel } from './catalogue.read-model.prisma.js';
import { RegistryCallers } from './registry-callers.js';
import { draftText } from './registry-item.js';

/**
 * Publishing as the registry API means it: what the organization's policy makes of it is either at once in the catalogue,
 * or a draft on the governed road. Each step is a transaction of its own and finds what the one before it did, so that a
 * publisher who lost the connection in between only has to publish again.
 */
@Injectable()
export class RegistryPublications {
  constructor(
    private readonly prisma: PrismaService,
    private readonly publisher: PublishService,
    private readonly transitions: TransitionService,
    private readonly catalogue: CatalogueReadModel,
    private readonly callers: RegistryCallers,
  ) {}

  /** The published item as JSON text; for a draft, without the part that says it is published. */
  async publish(ctx: RequestContext, manifest: JsonObject): Promise<string> {
    const organization = await this.prisma.organization.findUniqueOrThrow({ where: { id: ctx.organizationId } });
    const direct = effectivePolicy(organization.policy).publication === 'direct';
    const { versionId } = await this.publisher.publish(ctx, {
      manifest,
      track: direct ? 'listed' : 'governed',
      deriveAlias: true,
    });
    const stored = await this.stored(versionId);
    if (isUnfinished(stored)) await this.show(ctx, versionId);
    const ref = { name: stored.serverName, version: stored.version };
    const shown = await this.catalogue.version(await this.callers.readerOf(ctx), ref, true);
    return shown ?? draftText(stored);
  }

  /** Whoever published the same document at the same moment may have been faster: then it is shown, as it should be. */
  private async show(ctx: RequestContext, versionId: string): Promise<void> {
    try {
      await this.transitions.transition(ctx, { version: { byId: versionId }, to: 'active' });
    } catch (error) {
      if (!(error instanceof Refusal) || isUnfinished(await this.stored(versionId))) throw error;
    }
  }

  private stored(id: string) {
    return this.prisma.serverVersion.findUniqueOrThrow({ where: { id }, select: STORED });
  }
}

const isUnfinished = ({ track, state }: { track: string; state: string }) => track === 'listed' && state === 'draft';

const STORED = { serverName: true, version: true, track: true, state: true, manifest: true } as const;
