import { Client, cacheExchange, fetchExchange, mapExchange } from 'urql';
import { problemOf } from '../display/problem.js';

/**
 * A client that asks as the holder of `token`. `onRejected` runs when the api no longer accepts the token.
 * Always POST: a query in an address would end up in logs.
 */
export function createGraphqlClient(token: string, onRejected: () => void): Client {
  return new Client({
    url: '/graphql',
    preferGetMethod: false,
    requestPolicy: 'cache-and-network',
    exchanges: [
      cacheExchange,
      mapExchange({
        onError(error) {
          if (problemOf(error).code === 'UNAUTHENTICATED') onRejected();
        },
      }),
      fetchExchange,
    ],
    fetchOptions: { headers: { authorization: `Bearer ${token}` }, credentials: 'omit' },
  });
}
