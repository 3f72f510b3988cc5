import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeBase64, encodeBase64 } from './index.js';

describe('base64', () => {
  it('encodes as the platform does and decodes it back', () => {
    const property = fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(encodeBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
      expect(decodeBase64(encodeBase64(bytes))).toEqual(bytes);
    });
    fc.assert(property);
  });

  it('encodes documents longer than one chunk', () => {
    const bytes = Uint8Array.from({ length: 100_001 }, (_, i) => i % 251);
    expect(encodeBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'));
    expect(decodeBase64(encodeBase64(bytes))).toEqual(bytes);
  });

  it('accepts exactly one text per byte string', () => {
    const property = fc.property(fc.string({ maxLength: 12 }), (text) => {
      const bytes = decodeBase64(text);
      if (bytes !== null) expect(encodeBase64(bytes)).toBe(text);
    });
    fc.assert(property, { numRuns: 2_000 });
    for (const text of [
      'A',
      'AA',
      'AAA',
      'AB==',
      'AAB=',
      '====',
      '=',
      'A===',
      'AA=A',
      'AA-_',
      'AA\n=',
      ' AAA',
      'AAA\u0141',
    ]) {
      expect(decodeBase64(text)).toBeNull();
    }
    expect(decodeBase64('')).toEqual(new Uint8Array(0));
  });
});
