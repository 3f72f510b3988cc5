import { afterAll, beforeAll, describe, jest } from '@jest/globals';
import { aTeamIsSetUp } from './01-people.step.js';
import { aDomainProvesANamespace } from './02-namespace.step.js';
import { aPipelineSignsInWithoutASecret } from './03-federation.step.js';
import { theRecordProvesItself } from './04-audit.step.js';
import { anotherTenantSeesNothing } from './05-tenant.step.js';
import { AccessStory } from './story.js';

// a step waits for real processes: on a busy machine longer than a unit test may
jest.setTimeout(120_000);

describe('who may do what', () => {
  const story = new AccessStory();

  beforeAll(() => story.start(), 120_000);
  afterAll(() => story.stop(), 60_000);

  aTeamIsSetUp(story);
  aDomainProvesANamespace(story);
  aPipelineSignsInWithoutASecret(story);
  theRecordProvesItself(story);
  anotherTenantSeesNothing(story);
});
