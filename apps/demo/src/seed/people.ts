import { GraphqlClient } from './graphql.client.js';
import type { SeedOrder } from './seed-order.js';

/** Who does what: nobody in the demo does a thing that their role would not do. */
export type People = { admin: GraphqlClient; owner: GraphqlClient; reviewer: GraphqlClient; ci: GraphqlClient };

export function signIn({ graphqlUrl, tokens }: SeedOrder): People {
  const as = (token: string) => new GraphqlClient(graphqlUrl, token);
  return { admin: as(tokens.admin), owner: as(tokens.owner), reviewer: as(tokens.reviewer), ci: as(tokens.ci) };
}
