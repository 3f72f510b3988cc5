import assert from 'node:assert/strict';
import type { Browser, Locator, Page } from 'playwright-core';
import { findChromium, launchChromium } from './browser.js';
import { type Expected, readExpected } from './expected.js';
import { guardPage } from './page-guard.js';

/** A running product and a token that may read its catalog, gateways and audit chain. */
export type JourneyTarget = { url: string; token: string; screenshots?: boolean };

/** `skipped` is the reason why nothing was walked. Screenshots are PNG images by name, such as `servers-1280-dark`. */
export type JourneyReport = { skipped: string | null; screenshots: Map<string, Buffer> };

const spoken = (state: string): string => state.replaceAll('_', ' ');
const addressOf = (name: string): string => `/servers/${name.split('/').map(encodeURIComponent).join('/')}`;

/** The answer under a screen's heading no longer says that it is being read. */
async function settled(page: Page): Promise<void> {
  await page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' });
}

async function signIn(page: Page, token: string): Promise<void> {
  await page.getByLabel('API token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Rejects with both texts when `part` is not in what `where` shows. */
async function shows(where: Locator, part: string): Promise<void> {
  await where.getByText(part, { exact: false }).first().waitFor();
}

/** A wrong token is refused in words, with a code, and is not kept. In a page of its own: a 401 is a console error. */
async function refusesWrongToken(browser: Browser, url: string): Promise<void> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(url);
  await signIn(page, 'not-a-token');
  await shows(page.getByRole('alert'), 'UNAUTHENTICATED');
  assert.equal(await page.evaluate('sessionStorage.length'), 0, 'a refused token must not be kept');
  await context.close();
}

async function showsServers(page: Page, expected: Expected): Promise<void> {
  await page.getByRole('heading', { level: 1, name: 'Servers' }).waitFor();
  assert.match(await page.title(), /^Servers/);
  for (const server of expected.servers) {
    const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: server.name, exact: true }) });
    await row.waitFor();
    await shows(row, server.team.name);
    if (server.latestVersion !== null) {
      await shows(row, server.latestVersion.version);
      await shows(row, spoken(server.latestVersion.state));
    }
  }
}

/** Filters narrow the list and are in the address, so that a list can be shared. */
async function filtersServers(page: Page, expected: Expected): Promise<void> {
  const state = expected.servers.find((server) => server.latestVersion !== null)?.latestVersion?.state ?? 'active';
  await page.getByLabel('State of latest version').selectOption(state);
  await page.waitForURL((url) => url.searchParams.get('state') === state);
  const other = expected.servers.find((server) => server.latestVersion?.state !== state);
  if (other !== undefined) {
    await page.getByRole('link', { name: other.name, exact: true }).waitFor({ state: 'detached' });
  }
  await page.getByLabel('State of latest version').selectOption('');
  await page.getByLabel('Search').fill(expected.subject.name);
  await page.waitForURL((url) => url.searchParams.get('q') === expected.subject.name);
  await page.getByRole('link', { name: expected.subject.name, exact: true }).waitFor();
}

async function showsServer(page: Page, { subject }: Expected): Promise<void> {
  await page.getByRole('link', { name: subject.name, exact: true }).click();
  await page.getByRole('heading', { level: 1, name: subject.name }).waitFor();
  const versions = page.getByRole('navigation', { name: 'Versions' });
  for (const version of subject.versions) {
    const entry = versions
      .getByRole('link')
      .filter({ hasText: version.version })
      .filter({ hasText: spoken(version.state) });
    await entry.first().waitFor();
  }
  await versions.getByRole('link').filter({ hasText: subject.version.version }).first().click();
  await page.waitForURL((url) => url.searchParams.get('version') === subject.version.version);
}

async function showsContract(page: Page, { subject }: Expected): Promise<void> {
  const tools = page.getByRole('list', { name: 'Tools' });
  for (const tool of subject.version.contract?.tools ?? []) {
    await tools.getByRole('button').filter({ hasText: tool.name }).first().waitFor();
  }
  await tools.getByRole('button').first().click();
  await page.getByRole('radio', { name: 'JSON' }).waitFor({ state: 'attached' });
}

async function showsTransitions(page: Page, { subject }: Expected): Promise<void> {
  await page.getByRole('tab', { name: 'Transitions' }).click();
  const timeline = page.getByRole('list', { name: /^Transitions/ });
  await timeline.waitFor();
  const items = timeline.locator(':scope > li');
  assert.equal(await items.count(), subject.version.transitions.length);
  for (const [place, transition] of subject.version.transitions.entries()) {
    const item = items.nth(place);
    await shows(item, spoken(transition.toState));
    await shows(item, transition.actorHandle);
    if (transition.reason !== null) await shows(item.getByRole('blockquote'), transition.reason);
  }
}

/** A reload keeps server, version, tab and session: the address says what is shown. */
async function survivesReload(page: Page, { subject }: Expected): Promise<void> {
  const response = await page.reload();
  const policy = response?.headers()['content-security-policy'] ?? '';
  assert.match(policy, /default-src 'self'/, 'the console must be served under a content security policy');
  assert.doesNotMatch(policy, /script-src[^;]*'unsafe-(inline|eval)'/, 'the policy must not allow inline scripts');
  await page.getByRole('heading', { level: 1, name: subject.name }).waitFor();
  await page.getByRole('list', { name: /^Transitions/ }).waitFor();
}

/** On a phone a person scrolls down, never sideways. */
async function fitsAPhone(page: Page): Promise<void> {
  const desk = page.viewportSize();
  await page.setViewportSize({ width: 390, height: 844 });
  for (const tab of ['Contract', 'Transitions', 'Inspections and checks']) {
    await page.getByRole('tab', { name: tab }).click();
    await settled(page);
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 390, `${tab} is wider than a phone`);
  }
  if (desk !== null) await page.setViewportSize(desk);
}

async function showsOtherScreens(page: Page): Promise<void> {
  for (const screen of ['Gateways', 'Audit']) {
    await page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: screen }).click();
    await page.getByRole('heading', { level: 1, name: screen }).waitFor();
    await settled(page);
    assert.equal(await page.getByRole('alert').count(), 0, `${screen} shows an error`);
  }
  await page.getByRole('table', { name: /^Audit events/ }).waitFor();
}

async function signsOut(page: Page, { handle }: Expected): Promise<void> {
  assert.equal(
    await page.evaluate('JSON.stringify(localStorage).includes(sessionStorage.getItem("rollcall.token"))'),
    false,
  );
  await page.getByRole('button', { name: handle }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByLabel('API token').waitFor();
  assert.equal(await page.evaluate('sessionStorage.length'), 0, 'signing out must forget the token');
}

/**
 * Walks the console of a running product in a real browser and throws at the first thing that is not as the api says:
 * sign in, servers, filters, one server's versions, contract and transitions, reload, gateways, audit, sign out.
 * Without a Chromium on this machine nothing is walked and one line says so; ROLLCALL_TEST_REQUIRE_BROWSER=1 makes that
 * a failure.
 */
export async function consoleJourney(target: JourneyTarget): Promise<JourneyReport> {
  const chromium = findChromium();
  if (chromium === null) return withoutBrowser();
  const expected = await readExpected(target);
  const browser = await launchChromium(chromium);
  try {
    await refusesWrongToken(browser, target.url);
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    context.setDefaultTimeout(30_000);
    const page = await context.newPage();
    const guard = guardPage(page, target.url);
    await page.goto(target.url);
    await signIn(page, target.token);
    await showsServers(page, expected);
    await filtersServers(page, expected);
    await showsServer(page, expected);
    await showsContract(page, expected);
    await showsTransitions(page, expected);
    await survivesReload(page, expected);
    await fitsAPhone(page);
    await showsOtherScreens(page);
    await signsOut(page, expected);
    guard.assertClean();
    await context.close();
    const screenshots = target.screenshots === true ? await photograph(browser, target, expected) : new Map();
    return { skipped: null, screenshots };
  } finally {
    await browser.close();
  }
}

function withoutBrowser(): JourneyReport {
  const skipped = 'console journey skipped: no Chromium is installed (apt-get install chromium)';
  if (process.env['ROLLCALL_TEST_REQUIRE_BROWSER'] === '1') throw new Error(skipped);
  process.stderr.write(`${skipped}\n`);
  return { skipped, screenshots: new Map() };
}

async function photograph(
  browser: Browser,
  target: JourneyTarget,
  { subject }: Expected,
): Promise<Map<string, Buffer>> {
  const images = new Map<string, Buffer>();
  const server = `${addressOf(subject.name)}?${new URLSearchParams({ version: subject.version.version })}`;
  const tool = subject.version.contract?.tools[0]?.name ?? '';
  const screens: [name: string, path: string][] = [
    ['servers', '/servers'],
    ['contract', `${server}&${new URLSearchParams({ tab: 'contract', tool })}`],
    ['transitions', `${server}&tab=transitions`],
    ['evidence', `${server}&tab=evidence`],
    ['gateways', '/gateways'],
    ['audit', '/audit'],
  ];
  for (const width of [1280, 390]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await browser.newContext({ viewport: { width, height: 844 }, colorScheme });
      const page = await context.newPage();
      await page.goto(target.url);
      await page.getByLabel('API token').waitFor();
      images.set(`sign-in-${width}-${colorScheme}`, await page.screenshot());
      await signIn(page, target.token);
      await page.getByRole('heading', { level: 1, name: 'Servers' }).waitFor();
      for (const [name, path] of screens) {
        await page.goto(new URL(path, target.url).href);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await settled(page);
        images.set(`${name}-${width}-${colorScheme}`, await page.screenshot({ fullPage: true }));
      }
      await context.close();
    }
  }
  return images;
}
