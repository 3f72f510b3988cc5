import { ConsoleUnreadNoticesDocument } from '@rollcall/schema';
import { useQuery } from 'urql';
import { CONSEQUENCES_MS, useLiveRefresh } from '../live/live.hook.js';

/** How many notices nobody has read, beside the name of their screen; nothing when there are none or they may not be read. */
export function UnreadCount() {
  const [answer, ask] = useQuery({ query: ConsoleUnreadNoticesDocument });
  useLiveRefresh(
    () => true,
    () => ask({ requestPolicy: 'cache-and-network' }),
    CONSEQUENCES_MS,
  );
  const notices = answer.data?.notices;
  if (notices === undefined || notices.edges.length === 0) return null;
  const count = notices.pageInfo.hasNextPage ? '99+' : String(notices.edges.length);
  return (
    <span className="unread">
      {count}
      <span className="visually-hidden"> unread</span>
    </span>
  );
}
