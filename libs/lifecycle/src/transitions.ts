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
  /** The name the step has in the audit log, where it differs from the action's. */
  recordedAs?: string;
};

/** `governed`: reviewed, pinned, served by gateways. `listed`: in the catalogue only, its publishers set its status. */
export const TRACKS = ['governed', 'listed'] as const;
/** How a version is governed; decided at publish, for ever. */
export type Track = (typeof TRACKS)[number];

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
      'transport_allowed',
      'surface_within_budget',
      'destructive_tools_ruled',
      'approvals_complete',
    ],
    reasonRequired: false,
  },
  {
    from: 'staging',
    to: 'canary',
    action: 'version.promote',
    guards: [
      'staging_inspection_fresh',
      'expectations_kept',
      'golden_calls_pass',
      'slo_set',
      'conformance_passes',
      'transport_allowed',
      'surface_within_budget',
    ],
    reasonRequired: false,
  },
  {
    from: 'staging',
    to: 'active',
    action: 'version.promote',
    guards: [
      'staging_inspection_fresh',
      'first_active_or_safe',
      'conformance_passes',
      'transport_allowed',
      'surface_within_budget',
    ],
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
    guards: ['successor_declared', 'tool_mapping_fits', 'sunset_window', 'consumers_notified'],
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
    guards: ['sunset_passed', 'drained', 'no_expectations'],
    reasonRequired: false,
    overridable: true,
  },
];

const listed = (from: LifecycleState, to: LifecycleState, guards: readonly GuardName[] = []): TransitionRule => ({
  from,
  to,
  action: 'version.publish',
  recordedAs: 'version.status',
  guards,
  reasonRequired: false,
});

/** The lifecycle of listed versions. No gateway serves one, so there are no callers to guard: only names to keep apart. */
export const LISTED_TRANSITIONS: readonly TransitionRule[] = [
  listed('draft', 'active', ['remote_url_unique']),
  listed('active', 'deprecated'),
  listed('deprecated', 'active'),
  listed('active', 'decommissioned'),
  listed('deprecated', 'decommissioned'),
  listed('decommissioned', 'active', ['remote_url_unique']),
  listed('decommissioned', 'deprecated', ['remote_url_unique']),
];

/** A hold beside the state, and its end. */
export type HoldRule = { hold: 'quarantine' | 'release'; action: string; guards: readonly GuardName[] };

/** Holds of any state and both tracks; each needs a reason. */
export const HOLDS: readonly HoldRule[] = [
  { hold: 'quarantine', action: 'version.quarantine', guards: ['not_held'] },
  { hold: 'release', action: 'version.release', guards: ['held', 'lifted_by_person'] },
];

/** The rule for one step of a track, or null when its lifecycle has no such step. */
export function findRule(from: LifecycleState, to: LifecycleState, track: Track = 'governed'): TransitionRule | null {
  return rulesFrom(from, track).find((rule) => rule.to === to) ?? null;
}

/** Every step that leads on from a state. */
export function rulesFrom(from: LifecycleState, track: Track = 'governed'): TransitionRule[] {
  return (track === 'listed' ? LISTED_TRANSITIONS : TRANSITIONS).filter((rule) => rule.from === from);
}
