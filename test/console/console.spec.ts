import { describe, expect, it } from '@jest/globals';
import { findChromium } from './browser.js';
import { consoleJourney } from './console.journey.js';

const url = process.env['ROLLCALL_TEST_CONSOLE_URL'];
const token = process.env['ROLLCALL_TEST_CONSOLE_TOKEN'];
const required = process.env['ROLLCALL_TEST_REQUIRE_BROWSER'] === '1';

const product = url !== undefined && token !== undefined ? { url, token } : null;
if (product === null) {
  process.stderr.write('console journey skipped: ROLLCALL_TEST_CONSOLE_URL and _TOKEN name no running product\n');
}
const withProduct = product === null ? it.skip : it;

describe('the console in a real browser', () => {
  withProduct(
    'shows what the api says, from sign-in to sign-out, without an error or a foreign request',
    async () => {
      if (product === null) return;
      const { skipped } = await consoleJourney(product);
      expect(skipped === null).toBe(findChromium() !== null);
    },
    120_000,
  );

  (required ? it : it.skip)('has a Chromium to run in', () => {
    expect(findChromium()).not.toBeNull();
  });
});
