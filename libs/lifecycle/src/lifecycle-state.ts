/** Every state of a version; quarantine is a hold beside the state and not one of them. */
export const LIFECYCLE_STATES = [
  'draft',
  'in_review',
  'rejected',
  'staging',
  'canary',
  'active',
  'deprecated',
  'decommissioned',
] as const;

/** The state of one version. */
export type LifecycleState = (typeof LIFECYCLE_STATES)[number];
