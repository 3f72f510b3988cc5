import { describe, expect, it } from '@jest/globals';
import { buildContract } from '@rollcall/contract';
import type { JsonObject } from '@rollcall/kernel';
import { lintTools } from './index.js';
import { WordingIndex } from './similar-tools.js';

const LONG = 64 * 1024;
/** As long as a member may be when it is written as JSON. */
const repeat = (part: string): string => part.repeat(LONG / Buffer.byteLength(JSON.stringify(part)));

/** Work that grows with the square of the text takes minutes here; what is bounded takes a fraction of this on any machine. */
const TIME_LIMIT_MS = 15_000;

/** Of this process: the machine does other things meanwhile. */
function cpuMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}

/** The beginning of what a pattern looks for, again and again, so that a pattern which tries twice tries for ever. */
const HOSTILE: readonly [string, string][] = [
  ['spaces behind a bracket', `<${' '.repeat(LONG)}`],
  ['brackets and spaces', repeat('<  ')],
  ['half an order', repeat('ignore all ')],
  ['half a secret', repeat('do not tell this that the ')],
  ['half a reading', repeat('read .ssh/ ')],
  ['half an image', repeat('![a](')],
  ['half a link', repeat('[')],
  ['a block without end', repeat('Ab9')],
  ['letters only', repeat('a')],
  ['comments', repeat('<!-')],
  ['quotes', repeat('one of "a", ')],
  ['quotes without space', repeat('"a"|')],
  ['capitals', repeat('aB')],
  ['dots', repeat('. ')],
  ['letters of two scripts', repeat('a\u043e')],
  ['line ends', repeat('\n')],
];

describe('linting is bounded', () => {
  it.each(HOSTILE)('on %s', (_name, text) => {
    const properties = {
      query: { type: 'string', description: text },
      choice: { type: 'string', description: `one of: ${text}` },
    };
    const tools: JsonObject[] = [
      { name: 'pay_invoice', description: text, inputSchema: { type: 'object' } },
      { name: 'pay_invoices', description: `x${text}`.slice(0, LONG), inputSchema: { type: 'object' } },
      { name: 'q', inputSchema: { type: 'object', properties: { ...properties, choice: {} } } },
      { name: 'r', inputSchema: { type: 'object', properties: { ...properties, query: {} } } },
    ];
    const { contract, issues } = buildContract({ tools });
    expect(issues).toEqual([]);
    const began = process.cpuUsage();
    expect(lintTools(contract, issues)).not.toEqual([]);
    const [alike] = new WordingIndex([{ name: 'b', text: `${text}.` }]).alike({ name: 'a', text }, 0, () => true);
    expect(alike?.score ?? 0).toBeLessThanOrEqual(1);
    expect(cpuMs(began)).toBeLessThan(TIME_LIMIT_MS);
  });

  it('on names, depth and number of members', () => {
    const deep = (levels: number): JsonObject =>
      levels === 0 ? {} : { type: 'object', properties: { a: deep(levels - 1) } };
    const wide = Object.fromEntries(Array.from({ length: 3_000 }, (_, index) => [`a${index}`, { type: 'string' }]));
    const tools: JsonObject[] = Array.from({ length: 2_000 }, (_, index) => ({
      name: `x${index}`,
      inputSchema: { type: 'object' },
    }));
    tools.push({ name: 'deep', inputSchema: { type: 'object', properties: { a: deep(25) } } });
    tools.push({ name: 'wide', inputSchema: { type: 'object', properties: wide } });
    const { contract, issues } = buildContract({ tools });
    const began = process.cpuUsage();
    const found = lintTools(contract, issues);
    expect(cpuMs(began)).toBeLessThan(TIME_LIMIT_MS);
    // of one rule the first ones are told, and how many more there are
    const missing = found.filter(({ ruleId }) => ruleId === 'PARAMETER_DESCRIPTION_MISSING');
    expect(missing).toHaveLength(200);
    expect(missing.at(-1)?.message).toContain('And 2801 more like it.');
  });
});
