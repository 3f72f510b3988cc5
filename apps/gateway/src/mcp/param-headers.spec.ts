import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeHeader, encodeHeader, mismatchedParam, paramHeaders, placementsOf } from './param-headers.js';

describe('arguments mirrored into headers', () => {
  it('survive the encoding whatever they contain, and are always plain ASCII', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const header = encodeHeader(text);
        expect(header).toMatch(/^[\x20-\x7e\t]+$/);
        expect(decodeHeader(header)).toBe(text);
      }),
    );
  });

  it('are found only along pure properties chains', () => {
    const schema = {
      type: 'object',
      properties: {
        a: { type: 'string', 'x-mcp-header': 'A' },
        b: { type: 'object', properties: { c: { type: 'integer', 'x-mcp-header': 'C' } } },
        d: { type: 'array', items: { type: 'string', 'x-mcp-header': 'D' } },
      },
    };
    const placements = placementsOf(schema);
    expect(placements).toEqual([
      { header: 'mcp-param-a', path: ['a'] },
      { header: 'mcp-param-c', path: ['b', 'c'] },
    ]);
    expect(paramHeaders(placements, { a: 'x', b: { c: 5 }, d: ['y'] })).toEqual({
      'mcp-param-a': 'x',
      'mcp-param-c': '5',
    });
    expect(mismatchedParam(placements, { a: 'x' }, { 'mcp-param-a': 'x' })).toBeNull();
    expect(mismatchedParam(placements, { a: 'x' }, {})).toBe('mcp-param-a');
    expect(mismatchedParam(placements, { a: 'x' }, { 'mcp-param-a': 'x', 'mcp-param-c': '1' })).toBe('mcp-param-c');
  });
});
