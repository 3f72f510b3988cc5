import type { GuardName } from './guard-report.js';
import type { LifecycleState } from './lifecycle-state.js';

/** One way from a state to another. Who may take it is the permission catalogue's matter: here is only the action's name. */
export type TransitionRule = {
  from: LifecycleState;
  to: LifecycleState;
  /** Name in the permission catalogue. */
  action: string;
  /** All must be met; they are reported in this order. */
  guards: readonly GuardName[];
  reasonRequired: boolean;
  /** An organization admin may pass despite unmet guards, with a reason. */
  overridable?: boolean;
};

/**
 * The lifecycle as data: what is not in this table does not happen. Creating a draft is publishing and not a transition;
 * quarantine is a hold beside the state.
 */
export const TRANSITIONS: readonly TransitionRule[] = [
  {
    from: 'draft',
    to: 'in_review',
    action: 'version.submit',
    guards: ['contract_known', 'check_concluded', 'version_number_fits', 'contact_present'],
    reasonRequired: false,
  },
  { from: 'in_review', to: 'draft', action: 'version.review', guards: [], reasonRequired: true },
  { from: 'in_review', to: 'rejected', action: 'version.review', guards: [], reasonRequired: true },
  {
    from: 'in_review',
    to: 'staging',
    action: 'version.review',
    guards: [
      'four_eyes',
      'contract_known',
      'version_number_fits',
      'unauthenticated_access_refused',
      'no_lint_errors',
      'destructive_tools_ruled',
    ],
    reasonRequired: false,
  },
  {
    from: 'staging',
    to: 'canary',
    action: 'version.promote',
    guards: ['staging_inspection_fresh', 'expectations_kept', 'golden_calls_pass', 'slo_set'],
    reasonRequired: false,
  },
  {
    from: 'staging',
    to: 'active',
    action: 'version.promote',
    guards: ['staging_inspection_fresh', 'first_active_or_safe'],
    reasonRequired: false,
  },
  {
    from: 'canary',
    to: 'active',
    action: 'version.promote',
    guards: ['rollout_complete'],
    reasonRequired: false,
  },
  { from: 'canary', to: 'staging', action: 'version.rollback', guards: [], reasonRequired: true },
  {
    from: 'active',
    to: 'deprecated',
    action: 'version.deprecate',
    guards: ['successor_declared', 'sunset_window', 'consumers_notified'],
    reasonRequired: false,
  },
  {
    from: 'deprecated',
    to: 'active',
    action: 'version.restore',
    guards: ['before_sunset'],
    reasonRequired: true,
  },
  {
    from: 'deprecated',
    to: 'decommissioned',
    action: 'version.decommission',
    guards: ['sunset_passed', 'drained'],
    reasonRequired: false,
    overridable: true,
  },
];

/** The rule for one step, or null when the lifecycle has no such step. */
export function findRule(from: LifecycleState, to: LifecycleState): TransitionRule | null {
  return TRANSITIONS.find((rule) => rule.from === from && rule.to === to) ?? null;
}
