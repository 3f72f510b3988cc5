import { describe, expect, it } from '@jest/globals';
import type { JsonObject, JsonValue } from '@rollcall/kernel';
import fc from 'fast-check';
import {
  buildContract,
  canonicalJson,
  type Digest,
  digestOf,
  invisibleCodePoints,
  merkleRoot,
  parseStrict,
  readContract,
  sha256Hex,
} from './index.js';

const weather: JsonObject = {
  name: 'get_weather',
  title: 'Weather Information Provider',
  description: 'Get current weather information for a location',
  inputSchema: {
    type: 'object',
    properties: { location: { type: 'string', description: 'City name or zip code' } },
    required: ['location'],
  },
  icons: [{ src: 'https://example.com/weather-icon.png', mimeType: 'image/png', sizes: ['48x48'] }],
};
const tool = (more: JsonObject = {}): JsonObject => ({
  name: 't',
  description: 'Does it.',
  inputSchema: { type: 'object' },
  ...more,
});
const codes = (value: JsonValue): string[] => buildContract({ tools: [value] }).issues.map((issue) => issue.code);
const refusal = (text: string, limits = {}): string => {
  const result = parseStrict(text, limits);
  return result.ok ? 'accepted' : result.error.code;
};

const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

describe('digests', () => {
  it('agree with the published vectors of the get_weather example', () => {
    expect(digestOf(weather)).toBe('sha256:58d8a6ce86e78c1d9b80d2bae5943f2d359a865bca16ef6f8f83142dd7d1fafe');
    expect(digestOf(Object.fromEntries(Object.entries(weather).reverse()))).toBe(digestOf(weather));
    const changed = (more: JsonObject): string => digestOf({ ...weather, ...more }).slice(7, 15);
    expect(changed({ description: `${weather['description']}.` })).toBe('0f1c3220');
    expect(changed({ annotations: { readOnlyHint: true } })).toBe('6f80a914');
    expect(changed({ annotations: { readOnlyHint: false } })).toBe('b812384c');
    expect(changed({ description: `${weather['description']}\u{E0041}` })).toBe('28be27ef');
  });

  it('hash text as UTF-8 and sort keys by UTF-16 code units as RFC 8785 asks', () => {
    expect(sha256Hex('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(canonicalJson({ '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\u{1f600}': 5, '\u0080': 6, ö: 7 })).toBe(
      '{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}',
    );
    expect(canonicalJson([333333333.3333333, 1e30, 4.5, 2e-3, 1e-27, -0])).toBe(
      '[333333333.3333333,1e+30,4.5,0.002,1e-27,0]',
    );
  });
});

describe('the root over members', () => {
  const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
  const root = (count: number): string =>
    merkleRoot(LEAVES.slice(0, count).map((hex): Digest => `sha256:${hex}`)).slice('sha256:'.length);

  it.each([
    [0, 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    [1, '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d'],
    [2, 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125'],
    [3, 'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77'],
    [8, '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328'],
  ])('agrees with the published vectors for %i leaves', (count, expected) => {
    expect(root(count)).toBe(expected);
  });

  it('of two members is not the root of one that poses as their node', () => {
    const [a, b] = [digestOf('a'), digestOf('b')];
    expect(merkleRoot([merkleRoot([a, b])])).not.toBe(merkleRoot([a, b]));
  });

  it('depends on the name under which a definition is offered, not on the order', () => {
    const offer = (...names: string[]) => buildContract({ tools: names.map((name) => tool({ name })) }).contract.digest;
    expect(offer('a', 'b')).toBe(offer('b', 'a'));
    expect(offer('a', 'b')).not.toBe(offer('a', 'c'));
  });
});

describe('strict parsing', () => {
  it.each([
    ['{"a":1,"b":{"c":1,"c":2}}', 'DUPLICATE_KEY'],
    ['{"a":1,"\\u0061":2}', 'DUPLICATE_KEY'],
    ['"\\ud800"', 'LONE_SURROGATE'],
    ['{"\\udc00":1}', 'LONE_SURROGATE'],
    ['9007199254740993', 'UNSAFE_NUMBER'],
    ['9007199254740992', 'UNSAFE_NUMBER'],
    ['1e400', 'UNSAFE_NUMBER'],
    ['1e-400', 'UNSAFE_NUMBER'],
    ['\ufeff{}', 'BYTE_ORDER_MARK'],
    ['[1,]', 'INVALID_JSON'],
    ['{"a":1,}', 'INVALID_JSON'],
    ['01', 'INVALID_JSON'],
    ['NaN', 'INVALID_JSON'],
    ['"\t"', 'INVALID_JSON'],
    ['"a', 'INVALID_JSON'],
    ['', 'INVALID_JSON'],
    ['{} {}', 'INVALID_JSON'],
  ])('refuses %j with %s', (text, code) => {
    expect(refusal(text)).toBe(code);
  });

  it('accepts 64 levels and refuses 65', () => {
    expect(refusal('['.repeat(64) + ']'.repeat(64))).toBe('accepted');
    expect(refusal('['.repeat(65) + ']'.repeat(65))).toBe('TOO_DEEP');
  });

  it('counts bytes, not characters', () => {
    expect(refusal('"éé"', { maxBytes: 6 })).toBe('accepted');
    expect(refusal('"éé"', { maxBytes: 5 })).toBe('TOO_LARGE');
  });

  it('keeps "__proto__" as a plain key and pollutes nothing', () => {
    const result = parseStrict('{"__proto__":{"polluted":true}}');
    if (!result.ok) throw new Error(result.error.message);
    expect(Object.keys(result.value as JsonObject)).toEqual(['__proto__']);
    expect(({} as JsonObject)['polluted']).toBeUndefined();
    expect((result.value as JsonObject)['polluted']).toBeUndefined();
    expect(canonicalJson(result.value)).toBe('{"__proto__":{"polluted":true}}');
  });

  it('reads what JSON.stringify writes, and canonical text reads back as itself', () => {
    const values = fc.jsonValue({ maxDepth: 5 }).filter((value) => !/\d{16}|\\ud[89a-f]/.test(JSON.stringify(value)));
    fc.assert(
      fc.property(values, (value) => {
        const result = parseStrict(JSON.stringify(value));
        if (!result.ok) throw new Error(`${result.error.code} ${JSON.stringify(value)}`);
        expect(canonicalJson(result.value)).toBe(canonicalJson(value as JsonValue));
      }),
    );
  });
});

describe('intake of members', () => {
  it.each<[string, JsonValue, string]>([
    ['a name outside the alphabet', tool({ name: 'a b' }), 'INVALID_NAME'],
    ['a name that is too long', tool({ name: 'a'.repeat(129) }), 'INVALID_NAME'],
    ['a missing name', { inputSchema: { type: 'object' } }, 'INVALID_NAME'],
    ['a Cyrillic letter that looks Latin', tool({ name: 'p\u0430y' }), 'INVALID_NAME'],
    ['a full-width letter', tool({ name: '\uff50ay' }), 'INVALID_NAME'],
    ['a letter with a combining mark', tool({ name: 'pa\u0301y' }), 'INVALID_NAME'],
    ['a line end after the name', tool({ name: 'pay\n' }), 'INVALID_NAME'],
    ['a zero width space in a name', tool({ name: 'a\u200bb' }), 'INVISIBLE_CHARACTER'],
    ['a right-to-left override in a title', tool({ title: 'a\u202eb' }), 'INVISIBLE_CHARACTER'],
    [
      'TAG characters in the title of the annotations',
      tool({ annotations: { title: 'a\u{E0041}' } }),
      'INVISIBLE_CHARACTER',
    ],
    ['no input schema', { name: 't' }, 'NOT_AN_OBJECT'],
    ['an input schema without a type', tool({ inputSchema: {} }), 'MALFORMED_SCHEMA'],
    ['an output schema that is no object', tool({ outputSchema: 'x' }), 'NOT_AN_OBJECT'],
    [
      'a remote reference',
      tool({ inputSchema: { type: 'object', properties: { a: { $ref: 'https://a.example/s' } } } }),
      'REMOTE_REF',
    ],
    [
      'a reference to nothing',
      tool({ inputSchema: { type: 'object', properties: { a: { $ref: '#/$defs/x' } } } }),
      'MALFORMED_SCHEMA',
    ],
    ['a keyword of the wrong shape', tool({ inputSchema: { type: 'object', required: 'a' } }), 'MALFORMED_SCHEMA'],
    [
      'a header on a number',
      tool({ inputSchema: { type: 'object', properties: { a: { type: 'number', 'x-mcp-header': 'A' } } } }),
      'INVALID_HEADER_PLACEMENT',
    ],
    [
      'a header below items',
      tool({ inputSchema: { type: 'object', properties: { a: { items: { type: 'string', 'x-mcp-header': 'A' } } } } }),
      'INVALID_HEADER_PLACEMENT',
    ],
    ['a lone surrogate', tool({ description: '\ud800' }), 'LONE_SURROGATE'],
    ['an unsafe number', tool({ inputSchema: { type: 'object', maxProperties: 2 ** 53 } }), 'UNSAFE_NUMBER'],
    [
      'more than 64 levels',
      tool({ _meta: { deep: JSON.parse(`${'['.repeat(64)}${']'.repeat(64)}`) as JsonValue } }),
      'TOO_DEEP',
    ],
    ['half a pair in a key', tool({ _meta: { '\udc00': 1 } }), 'LONE_SURROGATE'],
    ['an infinite number', tool({ _meta: { a: Number.POSITIVE_INFINITY } }), 'UNSAFE_NUMBER'],
    [
      'a pattern that does not compile',
      tool({ inputSchema: { type: 'object', properties: { a: { pattern: '[' } } } }),
      'MALFORMED_SCHEMA',
    ],
    ['more than 256 KB', tool({ description: 'x'.repeat(256 * 1024) }), 'TOO_LARGE'],
    ['something that is no object', 'x', 'NOT_AN_OBJECT'],
  ])('leaves out a tool with %s and names the reason', (_name, raw, code) => {
    expect(codes(raw)).toContain(code);
    expect(
      buildContract({ tools: [raw, tool({ name: 'good' })] }).contract.members.map((member) => member.name),
    ).toEqual(['good']);
  });

  it('takes no data for a schema: a default may contain "$ref"', () => {
    expect(
      codes(tool({ inputSchema: { type: 'object', properties: { a: { default: { $ref: 'https://a.example' } } } } })),
    ).toEqual([]);
  });

  it('accepts neither of two different tools with one name, and one of two equal ones', () => {
    const two = buildContract({ tools: [tool(), tool({ description: 'Other.' })] });
    expect(two.contract.members).toEqual([]);
    expect(two.issues).toMatchObject([{ code: 'DUPLICATE_NAME', path: 'tools[1]' }]);
    expect(buildContract({ tools: [tool(), tool()] }).contract.members).toHaveLength(1);
  });

  it.each([
    ['every bidirectional control', [0x061c, 0x200e, 0x200f, ...range(0x202a, 0x202e), ...range(0x2066, 0x2069)]],
    ['every character of the TAG block', range(0xe0000, 0xe007f)],
    ['every variation selector of the supplement', range(0xe0100, 0xe01ef)],
    ['what has no width', [0x00ad, 0x200b, 0x200c, 0x200d, 0x2060, 0xfeff]],
  ])('calls %s invisible', (_name, points) => {
    const text = points.map((point) => `a${String.fromCodePoint(point)}b`).join('');
    const written = points.map((point) => `U+${point.toString(16).toUpperCase().padStart(4, '0')}`);
    expect(invisibleCodePoints(text)).toEqual(written);
  });

  it('does not call a joined emoji invisible, but a joiner anywhere else', () => {
    expect(invisibleCodePoints('👩\u200d💻')).toEqual([]);
    expect(invisibleCodePoints('a\u200db')).toEqual(['U+200D']);
  });
});

describe('the contract', () => {
  const parts = (more: JsonObject) => buildContract({ tools: [tool(more)] }).contract.members[0]?.parts;

  it('has the same digest whatever the order of tools and keys', () => {
    const a = buildContract({ tools: [tool(), weather] }).contract;
    const b = buildContract({ tools: [Object.fromEntries(Object.entries(weather).reverse()), tool()] }).contract;
    expect(b).toEqual(a);
  });

  it('has another digest when anything changes', () => {
    const base = buildContract({ tools: [tool()] }).contract.digest;
    const others = [
      buildContract({ tools: [tool({ _meta: { a: 1 } })] }),
      buildContract({ tools: [tool()], instructions: '' }),
      buildContract({ tools: [tool()], capabilities: { tools: {} } }),
      buildContract({ tools: [], prompts: [{ name: 't' }] }),
    ];
    expect(new Set([base, ...others.map((each) => each.contract.digest)]).size).toBe(5);
  });

  it('says by its parts what kind of thing changed', () => {
    const base = parts({});
    expect({ ...parts({ description: 'x' }), model: base?.model }).toEqual(base);
    expect({ ...parts({ annotations: { readOnlyHint: true } }), hints: base?.hints }).toEqual(base);
    const placed = (header: JsonObject) =>
      parts({ inputSchema: { type: 'object', properties: { a: { type: 'string', ...header } } } });
    expect(placed({ 'x-mcp-header': 'A' })?.headers).not.toBe(placed({})?.headers);
    expect(placed({ description: 'x' })?.contract).toBe(placed({})?.contract);
  });

  it('reads back what it wrote, and refuses it when one digit differs', () => {
    const { contract } = buildContract({ tools: [tool(), weather], instructions: 'Hi.', prompts: [{ name: 'p' }] });
    const text = JSON.stringify(contract);
    expect(readContract(text)).toEqual({ ok: true, value: { contract, issues: [] } });
    for (const forged of [
      text.replace('Hi.', 'Ho.'),
      text.replace('Does it.', 'Does.'),
      text.replace('"name":"p"', '"name":"q"'),
    ]) {
      expect(readContract(forged)).toMatchObject({ ok: false, error: { code: 'DIGEST_MISMATCH' } });
    }
  });

  it.each([
    ['a tools/list result', { tools: [tool()], nextCursor: 'x' }],
    ['a JSON-RPC response', { jsonrpc: '2.0', id: 1, result: { tools: [tool()] } }],
  ])('reads %s', (_name, value) => {
    const result = readContract(JSON.stringify(value));
    expect(result.ok && result.value.contract.members.map((member) => member.name)).toEqual(['t']);
  });

  it('refuses other JSON', () => {
    expect(readContract('{"a":1}')).toMatchObject({ ok: false, error: { code: 'NO_TOOLS' } });
    expect(readContract('{"tools":[],"tools":[]}')).toMatchObject({ ok: false, error: { code: 'DUPLICATE_KEY' } });
  });
});
