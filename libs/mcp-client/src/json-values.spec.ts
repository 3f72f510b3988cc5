import { describe, expect, it } from '@jest/globals';
import { systemClock } from '@rollcall/kernel';
import fc from 'fast-check';
import { limitsOf } from './inspection.js';
import { countValues } from './json-values.js';
import { SessionTape } from './session-tape.js';

function valuesIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce((sum: number, each) => sum + valuesIn(each), 1);
}

describe('counting JSON values', () => {
  it('agrees with what a parser builds', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(countValues(JSON.stringify(value), Number.MAX_SAFE_INTEGER)).toBe(
          valuesIn(JSON.parse(JSON.stringify(value))),
        );
      }),
    );
  });

  it.each(['{"a":"[[,,{{"}', '{"a\\"[,":1}', '{"a":"\\\\"}'])('is not misled by the text of a string: %s', (text) => {
    expect(countValues(text, 10)).toBe(2);
  });

  it('stops at the first value too many', () => {
    expect(countValues(`[${'0,'.repeat(1_000_000)}0]`, 10)).toBe(11);
    expect(countValues('{"open":"', 10)).toBe(2);
  });
});

describe('a tape that counts them', () => {
  const tapeOf = () => {
    const clock = systemClock();
    return new SessionTape(limitsOf({ network: { allowPrivate: [] }, clock, maxFrameValues: 10 }), clock, []);
  };
  const ten = `[${'0,'.repeat(8)}0]`;

  it('ends the session at a message with too many', () => {
    const tape = tapeOf();
    tape.received(ten);
    expect(tape.trip).toBeNull();
    expect(() => tape.received(`[${ten}]`)).toThrow('10 JSON values in a message');
    expect(tape.trip?.outcome).toBe('protocol_violation');
  });

  it('ends it at too many in all, and does not count words', () => {
    const tape = tapeOf();
    for (let sent = 0; sent < 5; sent++) tape.received(ten);
    tape.received(','.repeat(100));
    expect(tape.trip).toBeNull();
    expect(() => tape.received(ten)).toThrow('50 JSON values in one inspection');
  });
});
