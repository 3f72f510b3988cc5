import { Inject } from '@nestjs/common';
import { Args, Context, Resolver, Subscription } from '@nestjs/graphql';
import { unauthenticated } from '@rollcall/access';
import { Refusal } from '@rollcall/kernel';
import type { Logger } from '@rollcall/observability';
import { ServerCatalog, type ServerRef } from '@rollcall/registry';
import type { GraphqlContext } from '../../graphql/graphql-context.js';
import { shownError } from '../../graphql/graphql-errors.js';
import { LiveEvents } from '../../graphql/live-events.js';
import { type Caller, RequestContexts } from '../../http/request-contexts.js';
import { LOGGER } from '../../logger.token.js';

/** Watching a fleet: events as they are committed. */
@Resolver()
export class LiveResolver {
  constructor(
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly live: LiveEvents,
    private readonly contexts: RequestContexts,
    private readonly catalog: ServerCatalog,
  ) {}

  @Subscription('versionChanged')
  async versionChanged(@Context() context: GraphqlContext, @Args('server') ref?: ServerRef | null) {
    try {
      const { caller } = context;
      // a socket may have been open for long: who is behind it is asked anew
      const ctx = caller ? await this.contexts.of(caller) : null;
      if (!ctx || !caller) throw unauthenticated();
      const server = ref ? await this.catalog.server(ctx, ref) : null;
      return this.shown(this.changes(ctx.organizationId, caller, server?.id ?? null), context.requestId);
    } catch (error) {
      throw shownError(error, context.requestId, this.logger);
    }
  }

  private async *shown<T>(changes: AsyncGenerator<T>, requestId: string): AsyncGenerator<T> {
    try {
      yield* changes;
    } catch (error) {
      throw shownError(error, requestId, this.logger);
    }
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
