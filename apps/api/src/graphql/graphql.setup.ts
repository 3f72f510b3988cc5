import { join } from 'node:path';
import { GraphQLModule } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import type { Logger } from '@rollcall/observability';
import { RequestContexts } from '../http/request-contexts.js';
import type { GraphqlContext } from './graphql-context.js';
import { graphqlErrorFormatter } from './graphql-errors.js';
import { RequestLoadersFactory } from './request-loaders.js';
import { dateTimeScalar, jsonScalar } from './scalars.js';

/** Deeper queries than any screen needs are refused before they run. */
const MAX_DEPTH = 9;
/** Also the limit of aliases: the longest operation of our own has a few hundred. */
const MAX_TOKENS = 4_000;

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
      graphql: { parseOptions: { maxTokens: MAX_TOKENS } },
      errorFormatter: graphqlErrorFormatter(logger),
      context: async (request: { headers: { authorization?: string }; id: string }): Promise<GraphqlContext> => {
        const ctx = await contexts.of(request);
        return { ctx, loaders: ctx ? loaders.for(ctx) : null, requestId: request.id };
      },
    }),
  });
}
