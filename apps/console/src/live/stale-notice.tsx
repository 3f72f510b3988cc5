import { IconPlugConnectedX } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useLiveState } from './live.hook.js';

/** A connection that is back at once was never worth a word. */
const PATIENCE_MS = 3_000;

/** Says that what is shown may be out of date, as long as changes do not arrive. */
export function StaleNotice() {
  const state = useLiveState();
  const [overdue, setOverdue] = useState(false);
  useEffect(() => {
    if (state !== 'lost') return setOverdue(false);
    const timer = window.setTimeout(() => setOverdue(true), PATIENCE_MS);
    return () => window.clearTimeout(timer);
  }, [state]);
  return (
    <div role="status" className="stale">
      {overdue && (
        <p>
          <IconPlugConnectedX size={16} aria-hidden /> Changes do not arrive at the moment: this page may be out of
          date. It connects again by itself.
        </p>
      )}
    </div>
  );
}
