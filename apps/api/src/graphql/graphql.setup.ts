import { randomUUID } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import { join } from 'node:path';
import { GraphQLModule } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import type { Logger } from '@rollcall/observability';
import { type Caller, RequestContexts } from '../http/request-contexts.js';
import { scopeSocket } from '../http/request-scope.middleware.js';
import { WORD_HEADER } from '../sign-in/auth-cookies.js';
import type { GraphqlContext } from './graphql-context.js';
import { graphqlErrorFormatter } from './graphql-errors.js';
import { guardAliases, guardCost } from './query-cost.js';
import { RequestLoadersFactory } from './request-loaders.js';
import { dateTimeScalar, jsonScalar } from './scalars.js';

/** As deep as what every tool asks of the schema; deeper queries are refused before they run. */
const MAX_DEPTH = 15;
/** Also the limit of aliases: the longest operation of our own has a few hundred. */
const MAX_TOKENS = 4_000;

/** Proxies drop connections on which nothing moves, usually after a minute. */
const KEEP_ALIVE_MS = 30_000;

type IdentifiedCaller = Caller & { id: string };

async function contextOf(
  caller: IdentifiedCaller,
  contexts: RequestContexts,
  loaders: RequestLoadersFactory,
): Promise<GraphqlContext> {
  const ctx = await contexts.of(caller);
  return { ctx, loaders: ctx ? loaders.for(ctx) : null, requestId: caller.id, caller };
}

/** A socket may have been open for long: each question over it is a request of its own, with the rights of now. */
async function askAgain(
  context: Partial<GraphqlContext>,
  contexts: RequestContexts,
  loaders: RequestLoadersFactory,
): Promise<void> {
  const { socket, caller } = context;
  if (!socket || !caller) return;
  const again = { headers: caller.headers, id: `req_${randomUUID()}` };
  Object.assign(context, await contextOf(again, contexts, loaders));
}

/** What mercurius calls `onConnect` on. */
type Connection = { context: { request: IdentifiedCaller } };

/** The payload of the first message. */
type Introduction = { authorization?: unknown; word?: unknown };

/**
 * Who a browser says it is. It cannot send headers with the upgrade, so its token comes in the first message, or the word
 * that goes with the cookie of the upgrade. Null when it says nothing there.
 */
function introduced(payload: Introduction | undefined, upgrade: IdentifiedCaller): IdentifiedCaller | null {
  const id = `req_${randomUUID()}`;
  if (typeof payload?.authorization === 'string') return { headers: { authorization: payload.authorization }, id };
  if (typeof payload?.word !== 'string') return null;
  return { headers: { cookie: upgrade.headers.cookie, [WORD_HEADER]: payload.word }, id };
}

/** SDL first: one file per feature, found beside its resolver. */
export function graphqlModule(logger: Logger) {
  return GraphQLModule.forRootAsync<MercuriusDriverConfig>({
    driver: MercuriusDriver,
    imports: [],
    inject: [RequestContexts, RequestLoadersFactory],
    useFactory: (contexts: RequestContexts, loaders: RequestLoadersFactory) => ({
      path: '/graphql',
      typePaths: [join(import.meta.dirname, '..', '**', '*.graphql')],
      resolvers: { DateTime: dateTimeScalar, JSON: jsonScalar },
      graphiql: false,
      jit: 1,
      queryDepth: MAX_DEPTH,
      hooks: {
        preExecution: async (schema, document, context, variables) => {
          await askAgain(context as Partial<GraphqlContext>, contexts, loaders);
          return guardCost(schema, document, variables ?? {});
        },
        preSubscriptionExecution: (_schema, document) => guardAliases(document),
      },
      graphql: { parseOptions: { maxTokens: MAX_TOKENS } },
      errorFormatter: graphqlErrorFormatter(logger),
      context: (request: IdentifiedCaller) => contextOf(request, contexts, loaders),
      // graphql-ws on the same path: subscriptions, and queries of clients that have only that connection
      subscription: {
        fullWsTransport: true,
        keepAlive: KEEP_ALIVE_MS,
        context: (socket: EventEmitter, request: IdentifiedCaller) =>
          scopeSocket(socket, async () => ({ ...(await contextOf(request, contexts, loaders)), socket: true })),
        async onConnect(this: Connection, { payload }: { payload?: Introduction }) {
          const caller = introduced(payload, this.context.request);
          if (!caller) return true;
          const context = await contextOf(caller, contexts, loaders);
          return context.ctx ? { ...context, socket: true } : false;
        },
      },
    }),
  });
}
