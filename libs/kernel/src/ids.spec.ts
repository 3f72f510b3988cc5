import { describe, expect, it } from '@jest/globals';
import { fixedClock, ulidIds } from './index.js';

describe('ids', () => {
  it('are the prefix and a ULID of 26 characters without I, L, O and U', () => {
    const id = ulidIds(fixedClock('2026-11-20T12:00:00Z')).next('srv');
    expect(id).toMatch(/^srv_[0-9A-HJKMNP-TV-Z]{26}$/);
  });

  it('sort in the order in which they were made, also within one millisecond', () => {
    const clock = fixedClock('2026-11-20T12:00:00Z');
    const ids = ulidIds(clock);
    const made = Array.from({ length: 2000 }, (_, index) => {
      if (index % 500 === 0) clock.advance(1);
      return ids.next('evt');
    });
    expect([...made].sort()).toEqual(made);
    expect(new Set(made).size).toBe(made.length);
  });

  it('carry over to the next digit when the last one is full', () => {
    const ids = ulidIds(fixedClock('1970-01-01T00:00:00Z'), () => new Uint8Array(10).fill(255).fill(0, 0, 5));
    const [first, second] = [ids.next('org'), ids.next('org')];
    expect(first.slice(-8)).toBe('ZZZZZZZZ');
    expect(second.slice(-9)).toBe('100000000');
  });
});
