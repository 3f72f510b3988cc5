import { Client, cacheExchange, fetchExchange, mapExchange } from 'urql';
import { problemOf } from '../display/problem.js';
import { type Credentials, requestOptions } from './credentials.js';

/**
 * A client that asks as whoever `credentials` belong to. `onRejected` runs when the api no longer accepts them.
 * Always POST: a query in an address would end up in logs.
 */
export function createGraphqlClient(credentials: Credentials, onRejected: () => void): Client {
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
    fetchOptions: requestOptions(credentials),
  });
}
