import type { JsonObject, Principal } from '@rollcall/kernel';

/** Whom a token speaks for, the actions its rule limits it to (`*`: to none), and its claims as they were verified. */
export type FederatedCaller = { principal: Principal; scopes: readonly string[]; claims: JsonObject };

/** Who a token of another issuer speaks for in an organization: verified, and mapped by that organization's own rules. */
export abstract class FederatedIdentity {
  /** The service account behind the token; refuses when no rule of the organization accepts it. */
  abstract exchange(input: { organizationId: string; token: string; requestId?: string }): Promise<FederatedCaller>;
}
