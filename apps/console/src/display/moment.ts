type Step = { unit: Intl.RelativeTimeFormatUnit; seconds: number; from: number };
const day = 86_400;
/** Months and years begin late: "in 1 month" would hide four weeks of a sunset. */
const steps: readonly Step[] = [
  { unit: 'year', seconds: 365 * day, from: 730 * day },
  { unit: 'month', seconds: 30 * day, from: 120 * day },
  { unit: 'day', seconds: day, from: 2 * day },
  { unit: 'hour', seconds: 3_600, from: 3_600 },
  { unit: 'minute', seconds: 60, from: 60 },
];
const words = new Intl.RelativeTimeFormat('en', { numeric: 'always' });

/** `3 hours ago`, `in 12 days`; within a minute `just now`. An unreadable instant is shown as it came. */
export function relativeTime(instant: string, now: number): string {
  const at = Date.parse(instant);
  if (Number.isNaN(at)) return instant;
  const seconds = (at - now) / 1000;
  for (const step of steps) {
    if (Math.abs(seconds) >= step.from) return words.format(Math.trunc(seconds / step.seconds), step.unit);
  }
  return 'just now';
}

/** `2026-11-20 23:04:05 UTC`. */
export function absoluteTime(instant: string): string {
  const at = Date.parse(instant);
  if (Number.isNaN(at)) return instant;
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
