import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type SignInProvider, startSignInProvider } from '@rollcall/testing';
import { findChromium } from '../../console/browser.js';
import { signInJourney } from '../../console/sign-in.journey.js';
import { Installation, serverJson } from '../installation.js';

// real processes and a real browser: on a busy machine longer than a unit test may
jest.setTimeout(180_000);

const SERVER = 'com.acme.payments/ledger';
const OTHER = 'com.acme.payments/mailer';
const VERSION = { byName: { server: SERVER, version: '1.0.0' } };
const VERA = { sub: 'vera', email: 'vera@acme.example', email_verified: true, name: 'Vera' };

/** Skipped, and counted as such, only where there is no browser and none is required. */
const isRequired = process.env['ROLLCALL_TEST_REQUIRE_BROWSER'] === '1';
const walk = findChromium() !== null || isRequired ? it : it.skip;

describe('a person with a browser', () => {
  let provider: SignInProvider;
  let product: Installation;

  beforeAll(async () => {
    provider = await startSignInProvider(VERA);
    const oidc = { ROLLCALL_OIDC_ISSUER: provider.url, ROLLCALL_OIDC_CLIENT_ID: provider.clientId };
    product = new Installation({ api: oidc });
    await product.start();
    provider.allow(`${product.apiUrl}/auth/callback`);
    const { handle, email } = { handle: 'vera', email: VERA.email };
    await product.mutate('admin', 'userCreate', { handle, displayName: 'Vera', email }, 'principal { id }');
    for (const role of ['auditor', 'security_reviewer']) {
      await product.done('admin', 'people', 'assign', handle, role);
    }
    await product.done('admin', 'namespaces', 'claim', 'com.acme.payments', '--team', 'payments');
    await publish(SERVER, 'ledger');
  }, 180_000);

  async function publish(name: string, alias: string): Promise<void> {
    const manifest = serverJson(name, '1.0.0');
    await product.mutate('owner', 'serverPublish', { manifest, alias }, 'version { id }');
  }

  afterAll(async () => {
    await product?.stop();
    await provider?.close();
  }, 60_000);

  walk('signs in through the identity provider, sees what happens while it happens, and signs out', async () => {
    await signInJourney({
      url: product.apiUrl,
      providerUrl: provider.url,
      handle: 'vera',
      server: SERVER,
      published: OTHER,
      publish: () => publish(OTHER, 'mailer'),
      quarantine: async (reason) => {
        await product.mutate('admin', 'versionQuarantine', { version: VERSION, reason }, 'version { id }');
      },
      release: async (reason) => {
        await product.mutate('admin', 'versionRelease', { version: VERSION, reason }, 'version { id }');
      },
      becomeStranger: () => {
        provider.account = { ...VERA, sub: 'stranger', email: 'stranger@acme.example' };
      },
    });
    const { data } = await product.graphql<{ auditEvents: { edges: { node: { action: string } }[] } }>(
      'admin',
      '{ auditEvents(first: 100) { edges { node { action actorHandle } } } }',
    );
    const begun = data.auditEvents.edges.map(({ node }) => node).filter(({ action }) => action === 'session.begin');
    expect(begun).toEqual([{ action: 'session.begin', actorHandle: 'vera' }]);
  });
});
