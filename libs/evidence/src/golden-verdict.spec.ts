import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '@rollcall/kernel';
import type { ToolAnswer } from '@rollcall/mcp-client';
import { withinTime } from './bounded-run.js';
import { type GoldenCall, readGoldenDocument } from './golden-set.js';
import { argumentProblem, judgeAnswer } from './golden-verdict.js';

const TOOL = { name: 'pay', inputSchema: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] } };
const WITH_OUTPUT = {
  ...TOOL,
  outputSchema: { type: 'object', properties: { id: { type: 'integer' } }, required: ['id'] },
};
const TEXT = { content: [{ type: 'text', text: 'ok' }] };

function call(expect: object = {}, more: object = {}): GoldenCall {
  const read = readGoldenDocument({ calls: [{ name: 'a', tool: 'pay', expect, ...more }] });
  if (!read.ok || !read.value.calls[0]) throw new Error('not a call');
  return read.value.calls[0];
}

const answer = (result: JsonObject): ToolAnswer => ({
  kind: 'result',
  result,
  bytes: JSON.stringify(result).length,
  latencyMs: 12,
});
const judge = (result: JsonObject, tool: JsonObject = TOOL, expect: object = {}) =>
  judgeAnswer(call(expect), tool, answer(result));

describe('what a result is worth', () => {
  it.each<[string, JsonObject, JsonObject, object, string]>([
    ['a plain text', TEXT, TOOL, {}, 'passed'],
    ['structured content that fits', { structuredContent: { id: 1 }, ...TEXT }, WITH_OUTPUT, {}, 'passed'],
    ['structured content that does not fit', { structuredContent: { id: 'x' }, ...TEXT }, WITH_OUTPUT, {}, 'failed'],
    ['no structured content where it is promised', TEXT, WITH_OUTPUT, {}, 'failed'],
    ['an error of the tool', { ...TEXT, isError: true }, WITH_OUTPUT, {}, 'failed'],
    ['an error that was expected', { ...TEXT, isError: true }, WITH_OUTPUT, { isError: true }, 'passed'],
    ['a success where an error was expected', TEXT, TOOL, { isError: true }, 'failed'],
    ['nothing at all', {}, TOOL, {}, 'failed'],
    ['content that is no list', { content: 'ok' }, TOOL, {}, 'failed'],
    ['a block without its text', { content: [{ type: 'text' }] }, TOOL, {}, 'failed'],
    ['a question', { resultType: 'input_required', inputRequests: {} }, TOOL, {}, 'interactive'],
    ['a task', { task: { taskId: '1' } }, TOOL, {}, 'interactive'],
    ['a task of the modern era', { resultType: 'task', taskId: '1' }, TOOL, {}, 'interactive'],
    ['more bytes than expected', TEXT, TOOL, { maxBytes: 3 }, 'failed'],
    ['a slow answer', TEXT, TOOL, { maxLatencyMs: 11 }, 'failed'],
    [
      'a schema that does not compile',
      { structuredContent: {}, ...TEXT },
      { ...TOOL, outputSchema: { type: 'x' } },
      {},
      'failed',
    ],
  ])('%s', (_name, result, tool, expected, outcome) => {
    expect(judge(result, tool, expected).outcome).toBe(outcome);
  });

  it.each<[object, string]>([
    [{ at: '/content/0/text', equals: 'ok' }, 'passed'],
    [{ at: '/content/0/text', equals: 'no' }, 'failed'],
    [{ at: '/content/0/text', type: 'string' }, 'passed'],
    [{ at: '/content/0/text', type: 'integer' }, 'failed'],
    [{ at: '/content/1', exists: false }, 'passed'],
    [{ at: '/content/1', exists: true }, 'failed'],
    [{ at: '/content/0', equals: { text: 'ok', type: 'text' } }, 'passed'],
    [{ at: '', type: 'object' }, 'passed'],
    [{ at: '/__proto__', exists: true }, 'failed'],
  ])('is judged by what is expected of a place: %j', (value, outcome) => {
    expect(judge(TEXT, TOOL, { values: [value] }).outcome).toBe(outcome);
  });

  it('is a failure without a result, and interactive when a page has to be opened first', () => {
    const error = (code: number): ToolAnswer => ({ kind: 'error', code, message: 'x', latencyMs: 1 });
    const none: ToolAnswer = { kind: 'none', outcome: 'timeout', detail: 'Late.', latencyMs: 1 };
    const outcomes = [error(-32602), error(-32042), none].map((one) => judgeAnswer(call(), TOOL, one).outcome);
    expect(outcomes).toEqual(['failed', 'interactive', 'failed']);
  });

  it('is kept in its beginning, with secrets masked', () => {
    const text = `Bearer abcdefghijklmnop ${'x'.repeat(10_000)}`;
    const kept = judge({ content: [{ type: 'text', text }], structuredContent: { password: 'hunter22' } });
    expect(kept.resultExcerpt).toHaveLength(4096);
    expect(kept.resultExcerpt).not.toMatch(/abcdefghijklmnop|hunter22/);
    expect(kept.resultDigest).toMatch(/^sha256:[0-9a-f]{64}$/);
    const cut = judge({ content: [{ type: 'text', text: `\u0000${'😀'.repeat(5000)}` }] }).resultExcerpt ?? '';
    expect([/\p{Surrogate}/u.test(cut), cut.includes('\u0000')]).toEqual([false, false]);
  });

  it('ends in bounded time, whatever the schema of a stranger costs', () => {
    const level = { properties: { next: { anyOf: [{ $ref: '#/$defs/node' }, { $ref: '#/$defs/node' }] } } };
    const outputSchema = { $ref: '#/$defs/node', $defs: { node: { ...level, required: ['next'] } } };
    let structuredContent: JsonObject = {};
    for (let depth = 0; depth < 40; depth++) structuredContent = { next: structuredContent };
    const started = performance.now();
    const verdict = judge({ structuredContent, ...TEXT }, { ...TOOL, outputSchema });
    expect([verdict.outcome, performance.now() - started < 20_000]).toEqual(['failed', true]);
    expect(
      withinTime(50, () => {
        for (;;);
      }),
    ).toBeNull();
    let deep: JsonObject = {};
    for (let depth = 0; depth < 50_000; depth++) deep = { deep };
    const bounded = judgeAnswer(call(), TOOL, { kind: 'result', result: deep, bytes: 9, latencyMs: 1 });
    expect(bounded.reason).toContain('nested deeper');
  });

  it('is asked for only with arguments that fit', () => {
    expect(argumentProblem(call({}, { arguments: { id: 'x' } }), TOOL)).toBeNull();
    expect(argumentProblem(call(), TOOL)).toContain('do not fit the input schema');
    expect(argumentProblem(call(), { name: 'pay' })).toContain('the schema is not a schema');
  });
});

describe('a set of golden calls', () => {
  it.each<[string, unknown]>([
    ['calls', {}],
    ['calls', { calls: [] }],
    ['calls.0.name', { calls: [{ name: '', tool: 'a' }] }],
    [
      'calls.1.name',
      {
        calls: [
          { name: 'a', tool: 'a' },
          { name: 'a', tool: 'b' },
        ],
      },
    ],
    ['calls.0', { calls: [{ name: 'a', tool: 'a', allowNotReadOnly: true }] }],
    [
      'calls.0.expect.values.0.at',
      { calls: [{ name: 'a', tool: 'a', expect: { values: [{ at: 'x', exists: true }] } }] },
    ],
    ['calls.0.expect.values.0', { calls: [{ name: 'a', tool: 'a', expect: { values: [{ at: '/x' }] } }] }],
    ['', { calls: [{ name: 'a', tool: 'a', arguments: { text: 'x'.repeat(70_000) } }] }],
    ['', { calls: [{ name: 'a', tool: 'a', arguments: { text: '\ud800' } }] }],
    ['', { calls: [{ name: 'a', tool: 'a', arguments: { text: 'a\u0000' } }] }],
  ])('is read strictly: %s', (path, document) => {
    const read = readGoldenDocument(document);
    expect(read).toMatchObject({ ok: false });
    expect(read.ok ? null : read.error[0]?.path).toBe(path);
  });

  it('takes text that only looks like an escape', () => {
    expect(readGoldenDocument({ calls: [{ name: 'a', tool: 'a', arguments: { text: 'C:\\ud8\\u0000' } }] }).ok).toBe(
      true,
    );
  });
});
