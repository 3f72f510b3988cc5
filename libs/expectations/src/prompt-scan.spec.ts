import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { scanPrompt } from './index.js';

const names = { known: ['get_weather', 'charge', 'send mail', 'Übersicht'], gone: ['get_wether'], alias: 'pay' };
const found = (text: string) => scanPrompt(text, names).map(({ line, column, tool }) => [line, column, tool]);

describe('tools that a prompt mentions', () => {
  it('are whole words, with line and column', () => {
    expect(found('Use get_weather.\n\nThen `charge`, not charged, recharge or charge_all.')).toEqual([
      [1, 5, 'get_weather'],
      [3, 7, 'charge'],
    ]);
  });

  it('are found in calls, paths and behind the alias of the server', () => {
    expect(found('payments.charge() tools/charge pay__charge')).toEqual([
      [1, 10, 'charge'],
      [1, 25, 'charge'],
      [1, 32, 'charge'],
    ]);
  });

  it('count columns in code points, beside emoji and in names of other alphabets', () => {
    expect(found('👩‍👩‍👧 𝒳 Übersicht, send mail; resend mail')).toEqual([
      [1, 9, 'Übersicht'],
      [1, 20, 'send mail'],
    ]);
  });

  it('are named when they do not exist any more, with the one that is most like them', () => {
    expect(scanPrompt('get_wether pay__chrge other__chrge', names)).toEqual([
      { line: 1, column: 1, text: 'get_wether', tool: 'get_wether', exists: false, suggestion: 'get_weather' },
      { line: 1, column: 12, text: 'pay__chrge', tool: 'chrge', exists: false, suggestion: 'charge' },
    ]);
    expect(scanPrompt('pay__zzzzzzzzzzzzzzzz', names)[0]?.suggestion).toBeNull();
  });

  it('are never more than the text has words, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        for (const mention of scanPrompt(`${text} charge`, names)) {
          const line = `${text} charge`.split(/\r\n|[\n\r\u2028\u2029]/u)[mention.line - 1] ?? '';
          expect(
            [...line]
              .slice(mention.column - 1)
              .join('')
              .startsWith(mention.text),
          ).toBe(true);
        }
      }),
      { numRuns: 100 },
    );
  });
});
