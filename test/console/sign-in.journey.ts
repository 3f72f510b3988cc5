import assert from 'node:assert/strict';
import type { Browser, Page, Response } from 'playwright-core';
import { findChromium, launchChromium } from './browser.js';
import { guardPage } from './page-guard.js';

/** A running product with an identity provider, and what somebody else does meanwhile. */
export type SignInTarget = {
  url: string;
  /** Of the identity provider: the browser is sent there and back. */
  providerUrl: string;
  /** Who the provider says the person is. */
  handle: string;
  server: string;
  /** Publishes the server `published`, by another way than the browser. */
  publish(): Promise<void>;
  published: string;
  /** What is done to the version of `server` meanwhile, for this reason. */
  quarantine(reason: string): Promise<void>;
  release(reason: string): Promise<void>;
  /** What the provider says from now on is somebody we do not know. */
  becomeStranger(): void;
  screenshots?: boolean;
};

const phone = { width: 390, height: 844 };

/** Walks it, and throws at the first thing that is not so. Returns screenshots by name. */
export async function signInJourney(target: SignInTarget): Promise<Map<string, Buffer>> {
  const executable = findChromium();
  if (executable === null) throw new Error('no Chromium is installed');
  const browser = await launchChromium(executable);
  const images = new Map<string, Buffer>();
  try {
    await theSession(browser, target, images);
    await theStranger(browser, target, images);
  } finally {
    await browser.close();
  }
  return images;
}

async function theSession(browser: Browser, target: SignInTarget, images: Map<string, Buffer>): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const guard = guardPage(page, target.url, [target.providerUrl]);
  await page.goto(`${target.url}/servers?q=acme`);
  await photograph(page, images, target, 'sign-in');
  await page.getByRole('link', { name: 'Sign in with your organization' }).click();
  // back on the page it was begun from
  await page.waitForURL((url) => url.pathname === '/servers' && url.searchParams.get('q') === 'acme');
  await page.getByRole('row').filter({ hasText: target.server }).waitFor();
  await keepsNothing(page);
  await seesNewServer(page, target);
  await photograph(page, images, target, 'servers');
  await page.getByRole('link', { name: target.server, exact: true }).click();
  await page.getByRole('heading', { level: 1, name: target.server }).waitFor();
  await seesWhatHappens(page, target);
  await photograph(page, images, target, 'server');
  await everyScreenFits(page, images, target);
  await theExplorer(page, images, target);
  await signsOut(page, target);
  guard.assertClean();
  await context.close();
}

/** Nothing that proves who somebody is may be where a script finds it. */
async function keepsNothing(page: Page): Promise<void> {
  assert.equal(await page.evaluate('document.cookie'), '', 'the session cookie must be out of reach for scripts');
  assert.equal(await page.evaluate('localStorage.length + sessionStorage.length'), 0, 'nothing may be stored');
  const [cookie, ...others] = await ownCookies(page);
  assert.ok(cookie?.httpOnly && cookie.sameSite === 'Lax' && others.length === 0, 'one HttpOnly cookie, SameSite=Lax');
}

/** The provider is on the same host, and a browser's cookies know no ports. */
async function ownCookies(page: Page) {
  return (await page.context().cookies(page.url())).filter(({ name }) => name.includes('rollcall'));
}

/** The list that is open shows a server that was published elsewhere, without a reload. */
async function seesNewServer(page: Page, target: SignInTarget): Promise<void> {
  await page.evaluate('document.body.dataset.loaded = "once"');
  await target.publish();
  await page.getByRole('link', { name: target.published, exact: true }).waitFor();
  assert.equal(await page.evaluate('document.body.dataset.loaded'), 'once', 'the page must not have been loaded again');
}

/** The server that is open shows what is done to its version, each time. */
async function seesWhatHappens(page: Page, target: SignInTarget): Promise<void> {
  const held = page.getByRole('navigation', { name: 'Versions' }).getByText('quarantined');
  await target.quarantine('A tool answers with other people’s data.');
  await held.waitFor();
  await target.release('The tool was repaired.');
  await held.waitFor({ state: 'detached' });
  await target.quarantine('It was not repaired.');
  await held.waitFor();
}

async function everyScreenFits(page: Page, images: Map<string, Buffer>, target: SignInTarget): Promise<void> {
  for (const screen of ['Notices', 'Policy', 'Gateways', 'Audit', 'Servers']) {
    await page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: screen }).click();
    await page.getByRole('heading', { level: 1, name: screen }).waitFor();
    await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' });
    assert.equal(await page.getByRole('alert').count(), 0, `${screen} shows an error`);
    await fits(page, screen);
    if (['Notices', 'Policy'].includes(screen)) await photograph(page, images, target, screen.toLowerCase());
  }
}

/** On a phone a person scrolls down, never sideways. */
async function fits(page: Page, screen: string): Promise<void> {
  const desk = page.viewportSize();
  await page.setViewportSize(phone);
  assert.equal(await page.evaluate('document.documentElement.scrollWidth'), phone.width, `${screen} is too wide`);
  if (desk !== null) await page.setViewportSize(desk);
}

/** GraphiQL at the address of the API asks as the same person. */
async function theExplorer(page: Page, images: Map<string, Buffer>, target: SignInTarget): Promise<void> {
  await page.getByRole('button', { name: target.handle }).click();
  await page.getByRole('menuitem', { name: 'Explore the API' }).click();
  await page.waitForURL((url) => url.pathname === '/graphql');
  await page.locator('.graphiql-query-editor').getByText('viewer').first().waitFor();
  assert.equal((await executed(page, target.handle)).status(), 200);
  await page.locator('.graphiql-response').getByText('viewer').first().waitFor();
  await photograph(page, images, target, 'graphiql');
  await page.getByRole('link', { name: 'Rollcall console' }).click();
  await page.getByRole('heading', { level: 1, name: 'Servers' }).waitFor();
}

/** The button does nothing before the editor has handed over its text, and nothing on the page says when: it is pressed again. */
async function executed(page: Page, handle: string): Promise<Response> {
  const answered = page.waitForResponse(async (one) => {
    return one.request().method() === 'POST' && (await one.text()).includes(`"handle":"${handle}"`);
  });
  for (let done = false; !done; ) {
    await page.getByRole('button', { name: /^Execute query/ }).click();
    done = await Promise.race([answered.then(() => true), page.waitForTimeout(1_000).then(() => false)]);
  }
  return answered;
}

async function signsOut(page: Page, target: SignInTarget): Promise<void> {
  await page.getByRole('button', { name: target.handle }).click();
  await page.getByRole('menuitem', { name: 'Sign out', exact: true }).click();
  await page.getByRole('link', { name: 'Sign in with your organization' }).waitFor();
  assert.deepEqual(await ownCookies(page), [], 'the cookie must be gone');
  await page.reload();
  await page.getByRole('link', { name: 'Sign in with your organization' }).waitFor();
}

/** Whom we do not know is told so in words. */
async function theStranger(browser: Browser, target: SignInTarget, images: Map<string, Buffer>): Promise<void> {
  target.becomeStranger();
  const context = await browser.newContext();
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  await page.goto(target.url);
  await page.getByRole('link', { name: 'Sign in with your organization' }).click();
  await page.waitForURL((url) => url.pathname === '/sign-in');
  const alert = page.getByRole('alert');
  await alert.getByText('ACCOUNT_UNKNOWN').waitFor();
  await photograph(page, images, target, 'refused');
  await context.close();
}

async function photograph(page: Page, images: Map<string, Buffer>, target: SignInTarget, name: string): Promise<void> {
  if (target.screenshots !== true) return;
  const desk = page.viewportSize();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    images.set(`${name}-1280-${colorScheme}`, await page.screenshot());
    await page.setViewportSize(phone);
    images.set(`${name}-390-${colorScheme}`, await page.screenshot({ fullPage: true }));
    if (desk !== null) await page.setViewportSize(desk);
  }
}
