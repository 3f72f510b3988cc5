import { createContext, useContext, useEffect, useRef, useSyncExternalStore } from 'react';
import type { Change, LiveChanges, LiveState } from './live-changes.js';

export const LiveContext = createContext<LiveChanges | null>(null);

/** A burst of events is one refresh. */
const GATHER_MS = 300;
/** For what is written because of an event: it comes a moment later. */
export const CONSEQUENCES_MS = 2_000;

/** Runs `refresh` after something happened that `concerns` the screen, or may have happened unseen. */
export function useLiveRefresh(concerns: (change: Change) => boolean, refresh: () => void, afterMs = GATHER_MS): void {
  const live = useContext(LiveContext);
  const latest = useRef({ concerns, refresh });
  useEffect(() => {
    latest.current = { concerns, refresh };
  });
  useEffect(() => {
    if (live === null) return;
    let timer: number | undefined;
    const stop = live.onChange((change) => {
      if (timer !== undefined || (change !== null && !latest.current.concerns(change))) return;
      timer = window.setTimeout(() => {
        timer = undefined;
        latest.current.refresh();
      }, afterMs);
    });
    return () => {
      window.clearTimeout(timer);
      stop();
    };
  }, [live, afterMs]);
}

const notConnected = { state: (): LiveState => 'connecting', onState: () => () => undefined };

/** Whether changes arrive. */
export function useLiveState(): LiveState {
  const live = useContext(LiveContext) ?? notConnected;
  return useSyncExternalStore(live.onState, live.state);
}
