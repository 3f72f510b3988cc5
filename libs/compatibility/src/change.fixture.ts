import { INPUT_FIXTURES } from './input.fixture.js';
import { MEMBER_FIXTURES } from './member.fixture.js';
import type { ChangeFixture } from './offer.fixture.js';
import { OUTPUT_FIXTURES } from './output.fixture.js';
import { PROPERTY_FIXTURES } from './property.fixture.js';

/** Every rule of the catalogue occurs here at least once. */
export const CHANGE_FIXTURES: readonly ChangeFixture[] = [
  ...INPUT_FIXTURES,
  ...OUTPUT_FIXTURES,
  ...MEMBER_FIXTURES,
  ...PROPERTY_FIXTURES,
].map(([name, before, after, ruleId, path, conclusion]) => ({
  name,
  before,
  after,
  expect: { ruleId, path, conclusion },
}));
