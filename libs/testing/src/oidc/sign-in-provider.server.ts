import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Configuration, Provider } from 'oidc-provider';

/** What the provider says about whoever signs in. */
export type SignInAccount = { sub: string; email: string; email_verified: boolean; name: string };

/** An identity provider for browsers: the real one, whose own pages are answered by signing in `account` without asking. */
export type SignInProvider = {
  url: string;
  clientId: string;
  account: SignInAccount;
  /** Registers where browsers are sent back to; before that nobody is answered. */
  allow(redirectUri: string): void;
  close(): Promise<void>;
};

const CLIENT_ID = 'rollcall';

/** Starts one on a free port of this machine. */
export async function startSignInProvider(account: SignInAccount): Promise<SignInProvider> {
  // only the few specs that sign somebody in load it
  const { Provider } = await import('oidc-provider');
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const started: SignInProvider = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    clientId: CLIENT_ID,
    account,
    allow: (redirectUri) => {
      const provider = new Provider(
        started.url,
        configurationFor(redirectUri, () => started.account),
      );
      answerByItself(provider, () => started.account);
      server.on('request', provider.callback());
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return started;
}

/** A key of its own for each run. */
const signingKey = () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });

const configurationFor = (redirectUri: string, account: () => SignInAccount): Configuration => ({
  clients: [
    {
      client_id: CLIENT_ID,
      token_endpoint_auth_method: 'none',
      redirect_uris: [redirectUri],
      response_types: ['code'],
      grant_types: ['authorization_code'],
      application_type: 'native',
    },
  ],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ ...account(), sub }) }),
  cookies: { keys: ['test'] },
  ttl: { Interaction: 600, Grant: 600, Session: 600, AccessToken: 600, IdToken: 600 },
  jwks: { keys: [signingKey()] },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_ctx, interaction) => `/ask/${interaction.uid}` },
});

/** Whoever comes is `account`, and consents. */
function answerByItself(provider: Provider, account: () => SignInAccount): void {
  provider.use(async (ctx, next) => {
    if (!ctx.path.startsWith('/ask/')) return next();
    const grant = new provider.Grant({ accountId: account().sub, clientId: CLIENT_ID });
    grant.addOIDCScope('openid email profile');
    const result = { login: { accountId: account().sub }, consent: { grantId: await grant.save() } };
    ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, result, { mergeWithLastSubmission: false }));
  });
}
