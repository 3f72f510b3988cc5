import { afterAll, beforeAll, describe, jest } from '@jest/globals';
import { Installation } from '../installation.js';
import { aPipelinePublishes } from './01-publish.step.js';
import { clientsReadTheCatalogue } from './02-catalogue.step.js';
import { publishersSetTheStatus } from './03-status.step.js';
import { anotherRegistryIsMirrored } from './04-mirror.step.js';
import { theCatalogueConforms } from './05-conformance.step.js';
import type { Story } from './story.js';

// a step waits for real processes: on a busy machine longer than a unit test may
jest.setTimeout(120_000);

describe('the registry API', () => {
  const story: Story = { installation: new Installation(), catalogue: '' };

  beforeAll(() => story.installation.start(), 120_000);
  afterAll(() => story.installation.stop(), 60_000);

  aPipelinePublishes(story);
  clientsReadTheCatalogue(story);
  publishersSetTheStatus(story);
  anotherRegistryIsMirrored(story);
  theCatalogueConforms(story);
});
