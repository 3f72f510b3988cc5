export { type OidcIssuer, type SignedToken, startOidcIssuer } from './oidc-issuer.server.js';
