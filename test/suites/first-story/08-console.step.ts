import { expect, it } from '@jest/globals';
import { findChromium } from '../../console/browser.js';
import { consoleJourney } from '../../console/console.journey.js';
import type { World } from './world.js';

/** Skipped, and counted as such, only where there is no browser and none is required (the journey throws then). */
const isRequired = process.env['ROLLCALL_TEST_REQUIRE_BROWSER'] === '1';
const walk = findChromium() !== null || isRequired ? it : it.skip;

/** A person looks at it in a real browser. */
export function theConsoleShowsTheStory(world: World): void {
  walk('shows servers, states, contract and history to a person in a browser', async () => {
    const report = await consoleJourney({ url: world.apiUrl, token: world.tokens.admin ?? '', screenshots: true });
    expect(report.skipped).toBeNull();
    expect(report.screenshots.size).toBeGreaterThan(0);
  });
}
