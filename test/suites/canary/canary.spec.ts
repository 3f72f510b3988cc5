import { afterAll, beforeAll, describe, jest } from '@jest/globals';
import { missingEvidenceIsNamed } from './01-missing.step.js';
import { goldenCallsAreMade } from './02-golden-calls.step.js';
import { nobodyIsBroken } from './03-consumers.step.js';
import { theCanaryRuns } from './04-canary.step.js';
import { CanaryStory } from './story.js';

// a step waits for real processes: on a busy machine longer than a unit test may
jest.setTimeout(120_000);

describe('a breaking version goes to a canary', () => {
  const story = new CanaryStory();

  beforeAll(() => story.start(), 120_000);
  afterAll(() => story.stop(), 60_000);

  missingEvidenceIsNamed(story);
  goldenCallsAreMade(story);
  nobodyIsBroken(story);
  theCanaryRuns(story);
});
