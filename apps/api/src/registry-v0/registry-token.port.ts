import type { Principal } from '@rollcall/kernel';

/** Whom a registry token speaks for, and how far. */
export type RegistryTokenCaller = {
  principal: Principal;
  organizationId: string;
  serverNames: readonly string[];
  scopes?: readonly string[];
};

/** Recognises the short-lived tokens of the token exchange; null for one that is not valid now. Also the Nest token. */
export abstract class RegistryTokenVerifier {
  abstract verify(token: string): Promise<RegistryTokenCaller | null>;
}
