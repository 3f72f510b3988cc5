import { afterAll, beforeAll, describe, jest } from '@jest/globals';
import { aContractIsTriedWithoutAnAccount } from './01-first-minute.step.js';
import { theBranchIsRed } from './02-red.step.js';
import { approvedChangesAreGreen } from './03-approval.step.js';
import { PullRequestStory } from './story.js';

// a step waits for real processes: on a busy machine longer than a unit test may
jest.setTimeout(120_000);

describe('a pull request that changes a contract', () => {
  const story = new PullRequestStory();

  beforeAll(() => story.start(), 120_000);
  afterAll(() => story.stop(), 60_000);

  aContractIsTriedWithoutAnAccount(story);
  theBranchIsRed(story);
  approvedChangesAreGreen(story);
});
