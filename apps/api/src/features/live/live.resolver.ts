import { Args, Context, Resolver, Subscription } from '@nestjs/graphql';
import { unauthenticated } from '@rollcall/access';
import { Refusal } from '@rollcall/kernel';
import { ServerCatalog, type ServerRef } from '@rollcall/registry';
import type { GraphqlContext } from '../../graphql/graphql-context.js';
import { LiveEvents } from '../../graphql/live-events.js';
import { type Caller, RequestContexts } from '../../http/request-contexts.js';

/** Watching a fleet: events as they are committed. */
@Resolver()
export class LiveResolver {
  constructor(
    private readonly live: LiveEvents,
    private readonly contexts: RequestContexts,
    private readonly catalog: ServerCatalog,
  ) {}

  @Subscription('versionChanged')
  async versionChanged(@Context() { ctx, caller }: GraphqlContext, @Args('server') ref?: ServerRef | null) {
    if (!ctx || !caller) throw unauthenticated();
    const server = ref ? await this.catalog.server(ctx, ref) : null;
    return this.changes(ctx.organizationId, caller, server?.id ?? null);
  }

  /** Rights are looked up for each event: who lost a role or a token hears no more. */
  private async *changes(organizationId: string, caller: Caller, serverId: string | null) {
    for await (const { topic, payload, at } of this.live.watch(organizationId)) {
      const versionId = payload['versionId'];
      if (typeof versionId !== 'string') continue;
      const ctx = await this.contexts.of(caller);
      if (ctx?.organizationId !== organizationId) return;
      const version = await this.catalog.version(ctx, { byId: versionId }).catch(invisible);
      if (!version || (serverId !== null && version.serverId !== serverId)) continue;
      yield { versionChanged: { topic, at, version } };
    }
  }
}

/** What the caller may not see did not happen for the caller. */
function invisible(error: unknown): null {
  if (error instanceof Refusal && error.code === 'NOT_FOUND') return null;
  throw error;
}
