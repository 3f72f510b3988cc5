import { describe, expect, it } from '@jest/globals';
import { fixedClock, isJsonObject, notFound, Refusal, systemClock } from './index.js';

describe('a refusal', () => {
  it('carries a code, a sentence and the next step, and defaults to no path and no details', () => {
    const refusal = new Refusal({ code: 'ALIAS_TAKEN', message: 'Taken.', nextStep: 'Choose another.' });
    expect(refusal).toMatchObject({
      code: 'ALIAS_TAKEN',
      message: 'Taken.',
      nextStep: 'Choose another.',
      path: [],
      details: {},
    });
    expect(refusal).toBeInstanceOf(Error);
  });

  it('is the same for what does not exist and for what is hidden', () => {
    expect(notFound('server', 'com.acme/x').code).toBe('NOT_FOUND');
  });

  it('says a name back, and no megabyte', () => {
    expect(notFound('server', 'com.acme/x').message).toContain('"com.acme/x"');
    expect(notFound('server', 'x'.repeat(1_000_000)).message.length).toBeLessThan(400);
  });
});

describe('clocks', () => {
  it('stand still until they are moved', () => {
    const clock = fixedClock('2026-11-20T12:00:00Z');
    clock.advance(1500);
    expect(clock.now().toISOString()).toBe('2026-11-20T12:00:01.500Z');
    clock.set(new Date('2027-01-01T00:00:00Z'));
    expect(clock.now().getUTCFullYear()).toBe(2027);
  });

  it('can run ahead of the machine', () => {
    expect(systemClock(86_400_000).now().getTime() - Date.now()).toBeGreaterThan(86_000_000);
  });
});

describe('isJsonObject', () => {
  it('takes objects, and neither arrays nor null', () => {
    expect([{}, [], null, 'x', 1].map(isJsonObject)).toEqual([true, false, false, false, false]);
  });
});
