import { DAY_MS, HOUR_MS, MINUTE_MS } from '@rollcall/kernel';

/** A walk over another registry's list: everything, or what has changed since a moment of that registry's clock. */
export type Walk = {
  id: string;
  kind: 'full' | 'changes';
  /** ISO 8601; null for a full walk. */
  since: string | null;
  /** The other registry's clock when the walk began; the next one starts here. */
  startedAt: string;
  cursor: string | null;
  pages: number;
  /** Somebody said that a registry that lost most of its servers is right. */
  force: boolean;
};

/** An item that was not taken. */
export type SkippedItem = { name: string; version: string; reason: string };

/** What has to be known of a source to plan its next walk. */
export type MirrorState = {
  watermark: Date | null;
  fullAt: Date | null;
  attemptedAt: Date | null;
  failures: number;
  intervalMinutes: number;
};

/** The list is in order of names and not of time, so that changes can slip through: everything is walked again this often. */
export const FULL_WALK_EVERY_MS = 7 * DAY_MS;
/** A change that was committed late carries an earlier time than one that was already seen. */
export const OVERLAP_MS = 5 * MINUTE_MS;

/** What kind of walk is due, and from when on. */
export function planWalk(state: MirrorState, now: Date): { kind: 'full' } | { kind: 'changes'; since: Date } {
  const stale = !state.fullAt || now.getTime() - state.fullAt.getTime() >= FULL_WALK_EVERY_MS;
  if (stale || !state.watermark) return { kind: 'full' };
  return { kind: 'changes', since: new Date(state.watermark.getTime() - OVERLAP_MS) };
}

/** True when the source should be walked: its interval is over, or, after failures, a growing part of it. */
export function isDue(state: MirrorState, now: Date): boolean {
  if (!state.attemptedAt) return true;
  const interval = state.intervalMinutes * MINUTE_MS;
  const wait =
    state.failures === 0 ? interval : Math.min(interval, MINUTE_MS * 2 ** Math.min(state.failures, 10), DAY_MS);
  return now.getTime() - state.attemptedAt.getTime() >= wait;
}

/** Fewer than this many servers may vanish without anybody being asked. */
const SMALL_LOSS = 10;

/** True when a full walk did not see so many that the other registry is more likely broken than emptied. */
export function isCollapse(live: number, missing: number): boolean {
  return missing > SMALL_LOSS && missing > live / 2;
}

/** A process that says nothing for this long is taken for dead, and another goes on with its walk. */
export const LEASE_MS = HOUR_MS / 12;
