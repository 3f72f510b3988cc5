import { describe, expect, it } from '@jest/globals';
import { absoluteTime, relativeTime } from './moment.js';

const now = Date.parse('2026-11-20T12:00:00Z');

describe('moments', () => {
  it('are told relative to now, past and future', () => {
    expect(relativeTime('2026-11-20T09:00:00Z', now)).toBe('3 hours ago');
    expect(relativeTime('2026-12-02T13:00:00Z', now)).toBe('in 12 days');
    expect(relativeTime('2027-01-19T12:00:00Z', now)).toBe('in 60 days');
    expect(relativeTime('2026-11-19T08:00:00Z', now)).toBe('28 hours ago');
    expect(relativeTime('2026-11-20T11:59:30Z', now)).toBe('just now');
  });

  it('are absolute in UTC whatever zone they came in', () => {
    expect(absoluteTime('2026-11-20T14:04:05.678+02:00')).toBe('2026-11-20 12:04:05 UTC');
  });

  it('that cannot be read are shown as they came', () => {
    expect(relativeTime('soon', now)).toBe('soon');
    expect(absoluteTime('soon')).toBe('soon');
  });
});
