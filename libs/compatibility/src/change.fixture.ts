import type { RawOffer } from '@rollcall/contract';
import { BEHAVIOUR_FIXTURES } from './behaviour.fixture.js';
import { BOUND_FIXTURES } from './bounds.fixture.js';
import { INPUT_FIXTURES } from './input.fixture.js';
import { MEMBER_FIXTURES } from './member.fixture.js';
import { NESTED_FIXTURES } from './nested.fixture.js';
import type { ChangeFixture } from './offer.fixture.js';
import { OUTPUT_FIXTURES } from './output.fixture.js';
import { PROPERTY_FIXTURES } from './property.fixture.js';

/** Every rule of the catalogue occurs here at least once. */
export const CHANGE_FIXTURES: readonly ChangeFixture[] = [
  ...INPUT_FIXTURES,
  ...OUTPUT_FIXTURES,
  ...MEMBER_FIXTURES,
  ...PROPERTY_FIXTURES,
  ...BOUND_FIXTURES,
  ...NESTED_FIXTURES,
  ...BEHAVIOUR_FIXTURES,
].map(([name, before, after, ruleId, path, conclusion]) => ({
  name,
  before: served(before),
  after: served(after),
  expect: {
    ruleId,
    path,
    conclusion,
    severity: conclusion === 'identical' ? 'safe' : conclusion,
    witness: conclusion === 'breaking' && /^\/(input|output)Schema/.test(path),
  },
}));

/** Whoever lists tools has said that it can; without it an offer is a bare list of tools. */
function served(offer: RawOffer): RawOffer {
  return { ...offer, capabilities: { tools: {}, ...offer.capabilities } };
}
