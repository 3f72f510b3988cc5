import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';

export type PageGuard = { assertClean: () => void };

/**
 * Collects what a clean page never does: log an error (a blocked inline script or style is logged as one), throw, fail a
 * request, or ask another origin but the `expected` ones.
 */
export function guardPage(page: Page, url: string, expected: readonly string[] = []): PageGuard {
  const origins = [url, ...expected].map((one) => new URL(one).origin);
  const found: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      found.push(`console: ${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => found.push(`uncaught: ${error.message}`));
  page.on('request', (request) => {
    if (!origins.includes(new URL(request.url()).origin)) found.push(`foreign request: ${request.url()}`);
  });
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText ?? '';
    // A screen that was left aborts its own question: that is not a failure.
    if (!reason.includes('ERR_ABORTED')) found.push(`failed request: ${request.url()} ${reason}`);
  });
  return { assertClean: () => assert.deepEqual(found, [], 'the console page is not clean') };
}
