export { type OidcIssuer, type SignedToken, startOidcIssuer } from './oidc-issuer.server.js';
export { type SignInAccount, type SignInProvider, startSignInProvider } from './sign-in-provider.server.js';
