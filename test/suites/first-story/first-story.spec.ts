import { afterAll, beforeAll, describe, jest } from '@jest/globals';
import { serversArePublishedAndInspected } from './02-servers.step.js';
import { theBreakingChangeIsProvedAndGated } from './03-verdict.step.js';
import { reviewersMoveTheVersionToActive } from './04-lifecycle.step.js';
import { theBundleIsSignedPulledAndVerified } from './05-bundle.step.js';
import { realClientsCallRealServers } from './06-calls.step.js';
import { theVersionIsDeprecatedAndEnds } from './07-sunset.step.js';
import { theConsoleShowsTheStory } from './08-console.step.js';
import { theAuditLogProvesItself } from './09-audit.step.js';
import { World } from './world.js';

// a step waits for real processes: on a busy machine longer than a unit test may
jest.setTimeout(180_000);

/** One story from the first publish to the refusal with the way forward; each step stands on the one before. */
describe('the first story', () => {
  const world = new World();

  beforeAll(() => world.start(), 180_000);
  afterAll(() => world.stop(), 60_000);

  serversArePublishedAndInspected(world);
  theBreakingChangeIsProvedAndGated(world);
  reviewersMoveTheVersionToActive(world);
  theBundleIsSignedPulledAndVerified(world);
  realClientsCallRealServers(world);
  theVersionIsDeprecatedAndEnds(world);
  theConsoleShowsTheStory(world);
  theAuditLogProvesItself(world);
});
