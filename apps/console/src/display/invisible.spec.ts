import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { escapeInvisible, piecesOf } from './invisible.js';

describe('invisible characters', () => {
  it('shows a right-to-left override as its code point instead of obeying it', () => {
    expect(escapeInvisible('send \u202Eyenom')).toBe('send \\u{202E}yenom');
  });

  it('shows tag characters and zero-width characters, which only a model would read', () => {
    expect(escapeInvisible('a\u{E0041}b\u200Bc\uFEFF')).toBe('a\\u{E0041}b\\u{200B}c\\u{FEFF}');
  });

  it('shows a lone surrogate instead of a replacement character', () => {
    expect(escapeInvisible('x\uD800')).toBe('x\\u{D800}');
  });

  it('keeps ordinary text in any script, line feeds and tabs as they are', () => {
    const text = 'Grüße, 東京 и Київ\n\tnext 👍';
    expect(piecesOf(text)).toEqual([{ text, escaped: false }]);
  });

  it('leaves no format or control character in what is shown', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(escapeInvisible(text)).not.toMatch(/(?![\n\t])[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/u);
      }),
    );
  });
});
