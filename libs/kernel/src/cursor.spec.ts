import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeCursor, encodeCursor } from './index.js';

describe('cursors', () => {
  it('come back as they went in, and are safe in an address', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 4 }), (key) => {
        const cursor = encodeCursor(key);
        expect(cursor).toMatch(/^[A-Za-z0-9_-]*$/);
        if (cursor.length <= 1024) expect(decodeCursor(cursor, key.length)).toEqual({ ok: true, value: key });
      }),
    );
  });

  it('are refused when they are something else, and never guessed at', () => {
    const refused = { ok: false, error: 'INVALID_CURSOR' };
    for (const text of [
      '',
      'x',
      '%%%',
      encodeCursor(['a']),
      encodeCursor(['a', 'b', 'c']),
      btoa('{"a":1}'),
      btoa('[1,2]'),
    ]) {
      expect(decodeCursor(text, 2)).toEqual(refused);
    }
    expect(decodeCursor('A'.repeat(2000), 2)).toEqual(refused);
  });
});
