import { afterAll, beforeAll, describe, jest } from '@jest/globals';
import { serversAndToolsAreFound } from './01-search.step.js';
import { changesAreSeenAsTheyHappen } from './02-live.step.js';
import { agentsAskTheRegistry } from './03-mcp.step.js';
import { otherProgramsAreTold } from './04-exports.step.js';
import { aRestApiBecomesADraft } from './05-import.step.js';
import { OwnersStory } from './story.js';

// a step waits for real processes: on a busy machine longer than a unit test may
jest.setTimeout(120_000);

describe('what owners of servers do', () => {
  const story = new OwnersStory();

  beforeAll(() => story.start(), 120_000);
  afterAll(() => story.stop(), 60_000);

  serversAndToolsAreFound(story);
  changesAreSeenAsTheyHappen(story);
  agentsAskTheRegistry(story);
  otherProgramsAreTold(story);
  aRestApiBecomesADraft(story);
});
