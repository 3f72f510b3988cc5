/** Where tokens are exchanged: for the only organization, or the one that the address names. All of them are rate limited. */
export const REGISTRY_AUTH_PATHS = ['v0.1/auth', 'v0/auth', 'o/:organization/v0.1/auth', 'o/:organization/v0/auth'];
