import { afterAll, beforeAll, describe, jest } from '@jest/globals';
import { healthIsKnown } from './01-health.step.js';
import { driftIsFoundAndStopped } from './02-drift.step.js';
import { ProbingStory } from './story.js';

// a step waits for real processes: on a busy machine longer than a unit test may
jest.setTimeout(180_000);

describe('what runs is looked at', () => {
  const story = new ProbingStory();

  beforeAll(() => story.start(), 120_000);
  afterAll(() => story.stop(), 60_000);

  healthIsKnown(story);
  driftIsFoundAndStopped(story);
});
