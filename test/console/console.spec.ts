import { describe, expect, it } from '@jest/globals';
import { findChromium } from './browser.js';

const required = process.env['ROLLCALL_TEST_REQUIRE_BROWSER'] === '1';

/** The journey itself is a step of the first story, where the whole product runs. */
describe('the console in a real browser', () => {
  (required ? it : it.skip)('has a Chromium to run in', () => {
    expect(findChromium()).not.toBeNull();
  });
});
