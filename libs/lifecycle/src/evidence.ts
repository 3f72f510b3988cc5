import type { GuardName } from './guard-report.js';
import type { LifecycleState } from './lifecycle-state.js';

/** What an organization may decide about its lifecycle. */
export type OrganizationPolicy = {
  /** Least days between announcing a deprecation and its sunset. */
  deprecationMinimumDays: number;
  /** Days without a call before a version counts as drained. */
  drainWindowDays: number;
  /** Whether a first active version or a safe change may skip the canary. */
  allowDirectActivation: boolean;
  /** What a version number that is too small for its change does. */
  semver: 'enforce' | 'warn';
};

/** The policy of an organization that decided nothing. */
export const DEFAULT_POLICY: OrganizationPolicy = {
  deprecationMinimumDays: 30,
  drainWindowDays: 7,
  allowDirectActivation: true,
  semver: 'enforce',
};

/**
 * Everything guards look at, gathered before the transition and recorded with it. `null` means not known. All times are
 * ISO 8601 in UTC; digests are `sha256:` and hex.
 */
export type Evidence = {
  now: string;
  /** Principal ids. */
  publisherId: string | null;
  actorId: string | null;
  /** Of the contract observed or handed in for this version, and of the one a reviewer approved. */
  contractDigest: string | null;
  approvedContractDigest: string | null;
  /** The newest check of this version that came to a conclusion. */
  concludedCheck: {
    id: string;
    contractDigest: string | null;
    conclusion: string;
    lintErrors: number;
    at: string;
  } | null;
  /** What the semver gate said of this contract in its newest check; null when no check asked it. */
  versionNumber: { allowed: boolean; message: string; checkId: string } | null;
  /** Runbook or contact; null or empty when the owner gave none. */
  contact: string | null;
  transport: 'remote' | 'stdio' | null;
  /** What a server did with a call that carried no credentials. */
  unauthenticatedAccess: { refused: boolean; inspectionId: string; at: string } | null;
  /** Written exceptions from guards; an expired one counts for nothing. */
  exceptions: { id: string; guard: GuardName; reason: string; expiresAt: string }[];
  /** Names of tools that may destroy something, as `isDestructive` of the policy library sees them. */
  destructiveTools: string[] | null;
  /** By tool name, or `*`. */
  approvalRules: Record<string, 'none' | 'human'>;
  /** The newest inspection of this version in a staging environment; `healthy` means that the whole contract was read. */
  stagingInspection: {
    id: string;
    contractDigest: string | null;
    at: string;
    outcome: string;
  } | null;
  /** True when no version of the server is live: none is active or deprecated, so nobody depends on one. */
  firstActive: boolean | null;
  /** How the contract differs from the server's newest active version. */
  changeClass: 'identical' | 'safe' | 'dangerous' | 'breaking' | null;
  policy: OrganizationPolicy;
  goldenCalls: { total: number; failed: number; at: string } | null;
  /** Consumers whose expectations break, and whether that was approved for each. */
  consumerImpact: { broken: { agentId: string; approved: boolean }[] } | null;
  slo: { objective: string | null } | null;
  rollout: { lastStepReached: boolean; soaked: boolean; errorBudgetBurning: boolean } | null;
  /** The deprecation that is asked for. */
  deprecation: {
    successor: { server: string; version: string; state: LifecycleState } | null;
    /** The explicit statement that nothing replaces the version. */
    noSuccessor: boolean;
    sunsetAt: string | null;
    notifiedConsumers: number | null;
  } | null;
  /** The announced sunset of a deprecated version. */
  sunsetAt: string | null;
  /** Calls of this version: the last one, and until when every gateway has reported. */
  usage: { lastCallAt: string | null; reportedUntil: string | null } | null;
};
