import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { HOUR_MS, MINUTE_MS } from '@rollcall/kernel';
import { ownPath, SESSION_IDLE_MS, SESSION_MAX_MS, SignInSettings } from '@rollcall/sessions';
import {
  type OrganizationSeed,
  type PersonSeed,
  type SignInProvider,
  seed,
  startSignInProvider,
} from '@rollcall/testing';
import fc from 'fast-check';
import { type RunningApi, startApi } from '../../test/running-api.js';
import { WORD_HEADER } from './auth-cookies.js';

const OLIVIA = { sub: 'u-1', email: 'olivia@acme.example', email_verified: true, name: 'Olivia' };

/** A browser's jar: it keeps cookies per host and follows nothing by itself. */
class Browser {
  private readonly jars = new Map<string, Map<string, string>>();

  async go(url: string, init: RequestInit = {}): Promise<Response> {
    const { origin } = new URL(url);
    const jar = this.jars.get(origin) ?? new Map<string, string>();
    this.jars.set(origin, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...(init.headers as Record<string, string>), ...(cookie ? { cookie } : {}) };
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const [name = '', value = ''] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
      if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  }

  cookies = (url: string) => Object.fromEntries(this.jars.get(new URL(url).origin) ?? []);
}

describe('signing in with a browser', () => {
  let api: RunningApi;
  let acme: OrganizationSeed;
  let olivia: PersonSeed;
  let provider: SignInProvider;

  beforeAll(async () => {
    provider = await startSignInProvider(OLIVIA);
    const signIn = new SignInSettings({
      issuer: provider.url,
      clientId: provider.clientId,
      scopes: 'openid profile email',
      redirectUri: 'http://127.0.0.1:1/auth/callback',
      unknownUsers: 'refuse',
    });
    api = await startApi({ signIn });
    Object.assign(signIn.options ?? {}, { redirectUri: `${api.url}/auth/callback` });
    provider.allow(`${api.url}/auth/callback`);
    acme = await seed(api).organization('acme');
    const payments = await acme.team('payments');
    olivia = await payments.maintainer('olivia');
    await payments.maintainer('otto');
    await api.prisma.principal.update({ where: { id: olivia.id }, data: { email: 'Olivia@acme.example' } });
  }, 60_000);
  afterAll(async () => {
    await provider?.close();
    await api?.close();
  });
  beforeEach(() => {
    provider.account = OLIVIA;
  });

  /** Walks the redirects from our start to our callback, without the last one. */
  async function upToCallback(browser: Browser, returnTo = '/servers'): Promise<string> {
    let url = `${api.url}/auth/sign-in?returnTo=${encodeURIComponent(returnTo)}`;
    for (let hop = 0; hop < 12; hop++) {
      const response = await browser.go(url);
      const next = response.headers.get('location');
      if (next === null) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
      url = new URL(next, url).href;
      if (url.startsWith(`${api.url}/auth/callback`)) return url;
      if (url.startsWith(`${api.url}/`)) return url;
    }
    throw new Error('too many redirects');
  }

  async function signedIn(browser = new Browser()): Promise<{ browser: Browser; word: string }> {
    await browser.go(await upToCallback(browser));
    const answer = (await (await browser.go(`${api.url}/auth/session`)).json()) as { word: string };
    return { browser, word: answer.word };
  }

  const viewer = (browser: Browser, headers: Record<string, string>) =>
    browser.go(`${api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query: '{ viewer { principal { handle } } }' }),
    });

  it('ends on the page it was begun from, and the session is the user with the verified address', async () => {
    const browser = new Browser();
    const back = await browser.go(await upToCallback(browser, '/servers/com.acme%2Fx'));
    expect([back.status, back.headers.get('location')]).toEqual([302, '/servers/com.acme%2Fx']);
    const [cookie] = back.headers.getSetCookie();
    expect(cookie).toMatch(/^rollcall=[A-Za-z0-9_-]{43}; .*HttpOnly.*SameSite=Lax/);
    const { word } = (await (await browser.go(`${api.url}/auth/session`)).json()) as { word: string };
    const answer = await viewer(browser, { [WORD_HEADER]: word });
    expect(await answer.json()).toMatchObject({ data: { viewer: { principal: { handle: 'olivia' } } } });
    const events = await api.prisma.auditEvent.findMany({
      where: { organizationId: acme.id, action: 'session.begin' },
    });
    expect(events.at(-1)).toMatchObject({ actorHandle: 'olivia', subject: 'principal:olivia' });
    expect(JSON.stringify(await api.prisma.session.findMany())).not.toContain(browser.cookies(api.url)['rollcall']);
  });

  it('proves nothing by the cookie alone, nor by the word of another session', async () => {
    const one = await signedIn();
    const two = await signedIn();
    expect((await viewer(one.browser, {})).status).toBe(401);
    expect((await viewer(one.browser, { [WORD_HEADER]: 'x'.repeat(43) })).status).toBe(401);
    expect((await viewer(one.browser, { [WORD_HEADER]: two.word })).status).toBe(401);
    expect((await viewer(new Browser(), { [WORD_HEADER]: one.word })).status).toBe(401);
    const claim = {
      query: 'mutation { namespaceClaim(input: { name: "com.x", team: "payments" }) { errors { code } } }',
    };
    const forged = await one.browser.go(`${api.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: 'https://evil.example', [WORD_HEADER]: one.word },
      body: JSON.stringify(claim),
    });
    expect(forged.status).toBe(403);
  });

  it('tells the word to our own pages only', async () => {
    const { browser } = await signedIn();
    for (const site of ['cross-site', 'same-site', 'none']) {
      const answer = await browser.go(`${api.url}/auth/session`, { headers: { 'sec-fetch-site': site } });
      expect(await answer.json()).toEqual({ provider: true, word: null });
    }
    const foreign = await browser.go(`${api.url}/auth/session`, { headers: { origin: 'https://evil.example' } });
    expect(foreign.status).toBe(403);
  });

  it('is over after an hour alone, after half a day in any case, and at once when the user is disabled or signs out', async () => {
    const { browser, word } = await signedIn();
    const works = async () => (await viewer(browser, { [WORD_HEADER]: word })).status === 200;
    const begun = api.clock.now();
    for (let at = 0; at < SESSION_MAX_MS - HOUR_MS; at += SESSION_IDLE_MS - MINUTE_MS) {
      expect(await works()).toBe(true);
      api.clock.advance(SESSION_IDLE_MS - MINUTE_MS);
    }
    api.clock.set(new Date(begun.getTime() + SESSION_MAX_MS));
    expect(await works()).toBe(false);

    const idle = await signedIn();
    api.clock.advance(SESSION_IDLE_MS);
    expect((await viewer(idle.browser, { [WORD_HEADER]: idle.word })).status).toBe(401);

    const [one, two] = [await signedIn(), await signedIn()];
    const disabled = (at: Date | null) =>
      api.prisma.principal.update({ where: { id: olivia.id }, data: { disabledAt: at } });
    await disabled(api.clock.now());
    expect((await viewer(one.browser, { [WORD_HEADER]: one.word })).status).toBe(401);
    await disabled(null);
    const out = await one.browser.go(`${api.url}/auth/sign-out`, {
      method: 'POST',
      headers: { [WORD_HEADER]: one.word, 'content-type': 'application/json' },
      body: JSON.stringify({ everywhere: true }),
    });
    expect(out.status).toBe(204);
    const ended = await api.prisma.auditEvent.findFirst({ where: { organizationId: acme.id, action: 'session.end' } });
    expect(ended).toMatchObject({ actorHandle: 'olivia', subject: 'principal:olivia' });
    expect((await viewer(two.browser, { [WORD_HEADER]: two.word })).status).toBe(401);
  });

  it('is not ended by another site', async () => {
    const { browser, word } = await signedIn();
    expect((await browser.go(`${api.url}/auth/sign-out`, { method: 'POST' })).status).toBe(401);
    expect((await viewer(browser, { [WORD_HEADER]: word })).status).toBe(200);
  });

  it('takes the way back once, from the browser that began, and not for ever', async () => {
    const refused = (response: Response) => response.headers.get('location');
    const browser = new Browser();
    const callback = await upToCallback(browser);
    expect(refused(await new Browser().go(callback))).toBe('/sign-in?refused=SIGN_IN_EXPIRED');
    // whoever else tries with a way back has used it up
    const other = new Browser();
    await other.go(`${api.url}/auth/sign-in`);
    expect(refused(await other.go(callback))).toBe('/sign-in?refused=SIGN_IN_EXPIRED');
    expect(refused(await browser.go(callback))).toBe('/sign-in?refused=SIGN_IN_EXPIRED');

    const late = new Browser();
    const lateCallback = await upToCallback(late);
    api.clock.advance(10 * MINUTE_MS);
    expect(refused(await late.go(lateCallback))).toBe('/sign-in?refused=SIGN_IN_EXPIRED');

    const altered = new Browser();
    const wrongCode = (await upToCallback(altered)).replace(/code=[^&]+/, 'code=guessed');
    expect(refused(await altered.go(wrongCode))).toBe('/sign-in?refused=SIGN_IN_REFUSED');
    expect(refused(await new Browser().go(`${api.url}/auth/callback`))).toBe('/sign-in?refused=SIGN_IN_EXPIRED');
  });

  it('links nobody by an address the provider has not verified, and nobody who is not known', async () => {
    provider.account = { sub: 'u-2', email: 'olivia@acme.example', email_verified: false, name: 'Mallory' };
    const browser = new Browser();
    const back = await browser.go(await upToCallback(browser));
    expect(back.headers.get('location')).toBe('/sign-in?refused=ACCOUNT_UNKNOWN');
    provider.account = { sub: 'u-3', email: 'stranger@acme.example', email_verified: true, name: 'Stranger' };
    expect((await new Browser().go(await upToCallback(new Browser()))).headers.get('location')).toContain(
      'SIGN_IN_EXPIRED',
    );
    const other = new Browser();
    expect((await other.go(await upToCallback(other))).headers.get('location')).toBe(
      '/sign-in?refused=ACCOUNT_UNKNOWN',
    );
    expect(browser.cookies(api.url)).toEqual({});
  });

  it('stays with the linked user when the address changes', async () => {
    await signedIn();
    provider.account = { sub: 'u-1', email: 'new@acme.example', email_verified: true, name: 'Olivia' };
    const { browser, word } = await signedIn();
    expect((await viewer(browser, { [WORD_HEADER]: word })).status).toBe(200);
  });
});

describe('attempts to become somebody', () => {
  it('are limited by address, on every such route, and told when to come back', async () => {
    const api = await startApi({ authRate: { points: 5, seconds: 60 } });
    try {
      const routes = ['/auth/sign-in', '/auth/callback', '/v0.1/auth/dns', '/v0/auth/none', '/o/acme/v0.1/auth/http'];
      for (const route of routes) expect((await api.fetch(route, null, { redirect: 'manual' })).status).not.toBe(429);
      const refused = await api.fetch('/v0.1/auth/oidc', null, { method: 'POST' });
      expect(refused.status).toBe(429);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await refused.json()).toMatchObject({ code: 'RATE_LIMITED' });
      expect((await api.fetch('/auth/session')).status).toBe(200);
      // an address nobody trusted does not speak for others
      const spoofed = await api.fetch('/auth/sign-in', null, {
        headers: { 'x-forwarded-for': '198.51.100.7' },
        redirect: 'manual',
      });
      expect(spoofed.status).toBe(429);
    } finally {
      await api.close();
    }
  });
});

describe('the page to return to', () => {
  it('is always one of ours', () => {
    for (const path of ['/', '/servers', '/servers/com.acme%2Fx?tab=1#top']) expect(ownPath(path)).toBe(path);
    const evil = [
      '//evil.example',
      '/\\evil.example',
      'https://evil.example',
      'javascript:alert(1)',
      '/a\nb',
      '',
      '/\t/evil.example',
      undefined,
    ];
    for (const path of evil) expect(ownPath(path)).toBe('/');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.webUrl(),
          fc.string().map((text) => `/${text}`),
        ),
        (text) => {
          expect(new URL(ownPath(text), 'https://rollcall.example/sign-in').origin).toBe('https://rollcall.example');
        },
      ),
    );
  });
});
