import type { Clock } from './clock.js';
import type { Ids } from './ids.js';

/** Who is asking. `system` is the product itself: a job, the sweep, the bootstrap. */
export type PrincipalKind = 'user' | 'service_account' | 'gateway' | 'system';

/** An authenticated caller within one organization. */
export type Principal = { id: string; kind: PrincipalKind; handle: string };

/** The first argument of every service verb: who asks, for which organization, in which request, at what time. */
export type RequestContext = {
  principal: Principal;
  organizationId: string;
  requestId: string;
  /** Actions the credential of this request is limited to; absent: everything the principal's roles allow. */
  scopes?: readonly string[];
  /** Patterns (`com.acme/*`) of the server names this credential may act on; absent: no such limit. */
  serverNames?: readonly string[];
  clock: Clock;
  ids: Ids;
};
