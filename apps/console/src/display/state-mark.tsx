import type { LifecycleState } from '@rollcall/schema';
import { escapeInvisible } from './invisible.js';
import { quarantineLook, stateLooks } from './looks.js';
import { Mark } from './mark.js';

type StateMarkProps = { state: LifecycleState; quarantineReason?: string | null };

/** The state, and beside it the quarantine: the two are orthogonal. */
export function StateMark({ state, quarantineReason = null }: StateMarkProps) {
  return (
    <span className="marks">
      <Mark {...stateLooks[state]} />
      {quarantineReason !== null && <Mark {...quarantineLook} detail={escapeInvisible(quarantineReason)} />}
    </span>
  );
}
