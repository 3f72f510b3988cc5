import { expect, it } from '@jest/globals';
import { consoleJourney } from '../../console/console.journey.js';
import type { World } from './world.js';

/** A person looks at it in a real browser. */
export function theConsoleShowsTheStory(world: World): void {
  it('shows servers, states, contract and history to a person in a browser', async () => {
    const report = await consoleJourney({ url: world.apiUrl, token: world.tokens.admin ?? '' });
    if (report.skipped !== null) process.stderr.write(`console not walked: ${report.skipped}\n`);
    expect(report.screenshots).toBeDefined();
  });
}
