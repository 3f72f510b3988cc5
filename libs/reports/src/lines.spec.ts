import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { plainFinding, plainReport } from '../test/report.fixture.js';
import { withLines } from './lines.js';

const LIST = {
  tools: [
    { name: 'other', inputSchema: { type: 'object' } },
    {
      name: 'get_forecast',
      inputSchema: { type: 'object', properties: { 'a/b': { anyOf: [{}, { type: 'null' }] }, units: {} } },
    },
  ],
};
const pretty = (value: unknown) => JSON.stringify(value, null, 2);
const lineIn = (text: string, change: Parameters<typeof plainFinding>[0]) =>
  withLines(plainReport({ findings: [plainFinding(change)] }), text).findings[0]?.line;
const textAt = (text: string, line = 0) => text.split('\n')[line - 1]?.trim();

describe('the line of a finding', () => {
  it.each([
    ['a list', LIST],
    ['an answer of JSON-RPC', { jsonrpc: '2.0', id: 1, result: LIST }],
    ['a contract', { members: LIST.tools.map((definition) => ({ kind: 'tool', definition })) }],
    ['what inspect prints', { data: { members: LIST.tools.map((definition) => ({ kind: 'tool', definition })) } }],
  ])('is found in %s', (_name, value) => {
    const text = pretty(value);
    expect(textAt(text, lineIn(text, {}))).toMatch(/^"units":/);
    expect(textAt(text, lineIn(text, { path: '/inputSchema/properties/a~1b/anyOf/1' }))).toBe('{');
  });

  it('is the nearest that is there when the place itself is gone', () => {
    const text = pretty(LIST);
    expect(textAt(text, lineIn(text, { path: '/inputSchema/properties/gone' }))).toBe('"properties": {');
  });

  it('is unknown for a tool that is gone, and for text that is something else', () => {
    expect(lineIn(pretty(LIST), { tool: 'gone' })).toBeUndefined();
    for (const text of ['', '{', '[1', '{"a" 1}', 'tools: []', '"\\', `${'['.repeat(1000)}`, '{"tools":[']) {
      expect(lineIn(text, {})).toBeUndefined();
    }
  });

  it('is one of the file, whatever the JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (value, path) => {
        const text = pretty(value);
        const line = lineIn(text, { tool: null, path: `/${path}` }) ?? 0;
        expect(line).toBeGreaterThanOrEqual(1);
        expect(line).toBeLessThanOrEqual(text.split('\n').length);
      }),
    );
  });
});
