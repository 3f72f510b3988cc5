import { describe, expect, it } from '@jest/globals';
import { logicalName, placeOf } from './place.js';

describe('the place of a finding', () => {
  it.each([
    ['get_forecast', '/inputSchema/properties/units', 'tool:get_forecast/input/units'],
    ['t', '/outputSchema/properties/a/items/properties/b', 'tool:t/output/a/items/b'],
    ['t', '/inputSchema/properties/properties', 'tool:t/input/properties'],
    ['t', '/inputSchema/properties/properties/properties/x', 'tool:t/input/properties/x'],
    ['t', '/inputSchema/properties/a~1b', 'tool:t/input/a~1b'],
    ['a/b', '/description', 'tool:a~1b/description'],
    ['t', '', 'tool:t'],
    [null, '/instructions', 'server/instructions'],
    [null, 'tools[3].name', 'server/tools[3].name'],
  ])('of %s at %s is %s', (tool, path, name) => {
    expect(logicalName({ tool, path })).toBe(name);
  });

  it('is words for people', () => {
    expect(placeOf({ tool: 't', path: '/inputSchema/properties/units' })).toEqual(['t', 'input', 'units']);
  });
});
