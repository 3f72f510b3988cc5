import { afterAll, beforeAll, describe, jest } from '@jest/globals';
import { thePolicyIsTriedAndSet } from './01-policy.step.js';
import { twoReviewersApprove } from './02-review.step.js';
import { twoAdministratorsBreakTheGlass } from './03-break-glass.step.js';
import { aVersionIsHeldAndReleased } from './04-quarantine.step.js';
import { theEndIsAnnouncedToConsumers } from './05-deprecation.step.js';
import { theCountdownRunsToTheSunset } from './06-sunset.step.js';
import { theServerChangesOwnerAndName } from './07-transfer.step.js';
import { LifecycleStory } from './story.js';

// a step waits for real processes: on a busy machine longer than a unit test may
jest.setTimeout(120_000);

describe('the life of a server', () => {
  const story = new LifecycleStory();

  beforeAll(() => story.start(), 120_000);
  afterAll(() => story.stop(), 60_000);

  thePolicyIsTriedAndSet(story);
  twoReviewersApprove(story);
  twoAdministratorsBreakTheGlass(story);
  aVersionIsHeldAndReleased(story);
  theEndIsAnnouncedToConsumers(story);
  theCountdownRunsToTheSunset(story);
  theServerChangesOwnerAndName(story);
});
