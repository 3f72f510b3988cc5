import { useNow } from './clock.hook.js';
import { absoluteTime, relativeTime } from './moment.js';

/** Relative in the text, absolute UTC on hover and for machines. */
export function MomentText({ at }: { at: string }) {
  const now = useNow();
  return (
    <time dateTime={at} title={absoluteTime(at)} className="moment">
      {relativeTime(at, now)}
    </time>
  );
}
