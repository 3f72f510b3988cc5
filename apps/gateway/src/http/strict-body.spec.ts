import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nestingWithin } from './json-depth.js';
import { parseBody } from './strict-body.js';

const parse = (text: string) => parseBody(Buffer.from(text, 'utf8'));

describe('parsing a request body', () => {
  it('returns exactly what the text says, however it is spaced', () => {
    fc.assert(
      fc.property(fc.jsonValue({ depthSize: 'small' }), fc.boolean(), (value, isSpaced) => {
        const text = JSON.stringify(value, null, isSpaced ? 2 : 0);
        const parsed = parse(text);
        // The strict parser may refuse what has no faithful form, but it must never return something else.
        if (parsed !== undefined) expect(JSON.stringify(parsed)).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  it('refuses duplicate keys at any depth, also when written with escapes', () => {
    for (const text of ['{"a":1,"a":1}', '{"x":{"a":1,"a":2}}', '{"a":1,"\\u0061":2}', '[{"b":[],"b":[]}]']) {
      expect(parse(text)).toBeUndefined();
    }
  });

  it('refuses numbers that lose digits, lone surrogates, deep nesting and broken UTF-8', () => {
    expect(parse('{"n":9007199254740993}')).toBeUndefined();
    expect(parse('{"s":"\\ud800"}')).toBeUndefined();
    expect(parse('{"s":"\\uD800"}')).toBeUndefined();
    expect(parse(`${'['.repeat(65)}${']'.repeat(65)}`)).toBeUndefined();
    expect(parseBody(Buffer.from([0x22, 0xff, 0x22]))).toBeUndefined();
    expect(parseBody(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from('{}')]))).toBeUndefined();
  });

  it('keeps a key called __proto__ as data', () => {
    const parsed = parse('{"__proto__":{"x":1}}');
    expect(Object.hasOwn(parsed as object, '__proto__')).toBe(true);
    expect(({} as { x?: number }).x).toBeUndefined();
  });
});

describe('measuring nesting', () => {
  it('does not count brackets inside strings', () => {
    expect(nestingWithin('["[[[[", "\\"[["]', 1)).toBe(true);
    expect(nestingWithin('[[]]', 1)).toBe(false);
  });
});
