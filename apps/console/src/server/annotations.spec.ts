import { describe, expect, it } from '@jest/globals';
import { hintsOf } from './annotations.js';

describe('tool hints', () => {
  it('assume the worst where a server says nothing', () => {
    for (const annotations of [null, undefined, {}, [], 'x', { readOnlyHint: 'true' }]) {
      const hints = hintsOf(annotations);
      expect(hints.readOnly).toEqual({ value: false, declared: false });
      expect(hints.destructive).toEqual({ value: true, declared: false });
      expect(hints.idempotent).toEqual({ value: false, declared: false });
      expect(hints.openWorld).toEqual({ value: true, declared: false });
    }
  });

  it('take what a server declares, also when it equals the default', () => {
    const hints = hintsOf({ readOnlyHint: true, destructiveHint: true });
    expect(hints.readOnly).toEqual({ value: true, declared: true });
    expect(hints.destructive).toEqual({ value: true, declared: true });
  });
});
