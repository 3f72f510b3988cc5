import type { GraphiQLProps } from 'graphiql';
import { createClient, type SubscribePayload } from 'graphql-ws';
import { type Credentials, connectionParams, requestOptions } from '../session/credentials.js';

type Fetcher = GraphiQLProps['fetcher'];
type Answer = Awaited<ReturnType<Fetcher>>;

/** Asks as the console does: requests by POST, subscriptions over the websocket of the same path. */
export function fetcherFor(credentials: Credentials): Fetcher {
  const live = createClient({
    url: new URL('/graphql', window.location.href.replace(/^http/, 'ws')).href,
    connectionParams: connectionParams(credentials),
  });
  return async (request, options) => {
    const { query, operationName } = request;
    const document = { query, operationName, variables: (request.variables ?? {}) as Record<string, unknown> };
    if (isSubscription(options?.documentAST, operationName))
      return live.iterate(document as SubscribePayload) as Answer;
    const { headers, credentials: mode } = requestOptions(credentials);
    const response = await fetch('/graphql', {
      method: 'POST',
      credentials: mode,
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(document),
    });
    return (await response.json()) as Answer;
  };
}

type Document = NonNullable<Parameters<Fetcher>[1]>['documentAST'];

/** What is meant by the name, or the only operation there is. */
function isSubscription(document: Document, operationName: string | null | undefined): boolean {
  const operations = (document?.definitions ?? []).filter((one) => one.kind === 'OperationDefinition');
  const meant = operations.length === 1 ? operations[0] : operations.find((one) => one.name?.value === operationName);
  return meant?.operation === 'subscription';
}
