import { describe, expect, it } from '@jest/globals';
import type { JsonValue } from '@rollcall/kernel';
import { expectationFromShapes, plainDocument, readExpectations } from './index.js';

const document = {
  agent: 'checkout-bot',
  servers: [
    {
      server: 'com.acme/payments',
      versions: '^1.2.0',
      environment: 'production',
      tools: {
        charge: {
          arguments: ['/customer/id', 'amount'],
          optionalArguments: ['note'],
          outputs: ['/lines/*/price'],
          examples: [{ note: 'the smallest', arguments: { amount: 1 } }],
        },
        refund: null,
      },
      prompts: ['sum-up'],
    },
  ],
};

const problemsOf = (value: unknown) => {
  const read = readExpectations(value as JsonValue);
  return read.ok ? [] : read.error.map(({ path }) => path);
};
const withTool = (tool: JsonValue) => ({ agent: 'bot', servers: [{ server: 'a/b', tools: { charge: tool } }] });

describe('an expectations document', () => {
  it('is read into places, and written out as it was meant', () => {
    const read = readExpectations(document);
    if (!read.ok) throw new Error(JSON.stringify(read.error));
    const [server] = read.value.servers;
    expect(server?.tools.get('charge')).toMatchObject({
      arguments: ['/amount', '/customer/id'],
      optionalArguments: ['/note'],
    });
    expect(server?.tools.get('refund')).toEqual({
      arguments: null,
      optionalArguments: [],
      outputs: null,
      examples: [],
    });
    const again = readExpectations(plainDocument(read.value));
    expect(again).toEqual(read);
  });

  it('is refused by the path of what is wrong', () => {
    expect(problemsOf({ ...document, extra: 1 })).toEqual(['/extra']);
    expect(problemsOf({ agent: 'Not A Slug', servers: [] })).toEqual(['/agent']);
    expect(problemsOf({ agent: 'bot' })).toEqual(['/servers']);
    expect(problemsOf({ agent: 'bot', servers: [{ tools: {} }] })).toEqual(['/servers/0/server']);
    expect(problemsOf({ agent: 'bot', servers: [{ server: 'a/b', versions: '^x.y' }] })).toEqual([
      '/servers/0/versions',
    ]);
    expect(problemsOf({ agent: 'bot', servers: [{ server: 'a/b' }, { server: 'a/b' }] })).toEqual(['/servers/1']);
    expect(problemsOf(withTool({ argument: [] }))).toEqual(['/servers/0/tools/charge/argument']);
    expect(problemsOf(withTool({ arguments: ['/a~2'] }))).toEqual(['/servers/0/tools/charge/arguments/0']);
    expect(problemsOf(withTool({ arguments: ['*'] }))).toEqual(['/servers/0/tools/charge/arguments/0']);
    expect(problemsOf(withTool({ outputs: ['a\u200bb'] }))).toEqual(['/servers/0/tools/charge/outputs/0']);
    expect(problemsOf(withTool({ examples: [{ arguments: [] }] }))).toEqual([
      '/servers/0/tools/charge/examples/0/arguments',
    ]);
  });

  it('is refused when it is too large, too deep, too long or no JSON at all', () => {
    let deep: JsonValue = 1;
    for (let i = 0; i < 80; i++) deep = [deep];
    expect(problemsOf(withTool({ examples: [{ arguments: { deep } }] }))).toEqual(['']);
    expect(problemsOf(withTool({ examples: [{ arguments: { text: 'x'.repeat(300_000) } }] }))).toEqual(['']);
    expect(problemsOf(withTool({ arguments: Array.from({ length: 257 }, (_, i) => `a${i}`) }))).toEqual([
      '/servers/0/tools/charge/arguments',
    ]);
    expect(problemsOf(withTool({ examples: [{ arguments: { n: Number.NaN } }] }))).toEqual(['']);
    expect(problemsOf(withTool({ examples: [{ arguments: { text: '\ud800' } }] }))).toEqual(['']);
    expect(problemsOf(new Date())).toEqual(['']);
    expect(problemsOf(null)[0]).toBe('');
  });

  it('keeps a tool whose name means something to JavaScript', () => {
    const value = JSON.parse('{"agent":"bot","servers":[{"server":"a/b","tools":{"__proto__":{"arguments":[]}}}]}');
    const read = readExpectations(value);
    if (!read.ok) throw new Error(JSON.stringify(read.error));
    expect([...(read.value.servers[0]?.tools.keys() ?? [])]).toEqual(['__proto__']);
    expect(JSON.stringify(plainDocument(read.value))).toContain('__proto__');
  });
});

describe('counted calls', () => {
  const shape = (names: string[], other = false) => ({ names, other, calls: 1 });

  it('tell arguments of every call from arguments of some', () => {
    expect(expectationFromShapes([shape(['a', 'b']), shape(['a', 'c/d'])])).toMatchObject({
      arguments: ['/a'],
      optionalArguments: ['/b', '/c~1d'],
      outputs: null,
    });
  });

  it('mean the whole tool when some calls were not told apart', () => {
    for (const shapes of [null, [], [shape(['a']), shape(['a'], true)]]) {
      expect(expectationFromShapes(shapes)).toMatchObject({ arguments: null, optionalArguments: [] });
    }
  });
});
