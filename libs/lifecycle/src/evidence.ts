import type { GuardName } from './guard-report.js';
import type { LifecycleState } from './lifecycle-state.js';
import type { Criticality, OrganizationPolicy } from './organization-policy.js';
import type { Track } from './transitions.js';

/**
 * Everything guards look at, gathered before the transition and recorded with it. `null` means not known. All times are
 * ISO 8601 in UTC; digests are `sha256:` and hex.
 */
export type Evidence = {
  now: string;
  /** Principal ids. */
  publisherId: string | null;
  actorId: string | null;
  actorKind: 'user' | 'service_account' | 'gateway' | 'system' | null;
  /** Of the contract observed or imported for this version, and of the one a reviewer approved. */
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
  /** Every way in that the manifest or an endpoint of the version names. */
  transports: string[] | null;
  /** What the contract's tools add to the context of an agent that sees them all. */
  surface: { tools: number; estimatedTokens: number } | null;
  /** How much depends on the server. */
  criticality: Criticality | null;
  /** Approvals of exactly this contract since it was handed in; who asks for the step is not among them. */
  approvals: { reviewerId: string; handle: string; at: string }[] | null;
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
  /** Of the calls that failed so many were not made, because nobody permitted them. */
  goldenCalls: { total: number; failed: number; notMade?: number; at: string } | null;
  /** Consumers whose expectations break, and whether every such change was approved for this version. */
  consumerImpact: {
    broken: {
      agentId: string;
      approved: boolean;
      /** Slug, environment and tools, for people. */
      agent?: string;
      environment?: string;
      tools?: string[];
      /** Answered calls that gateways counted. */
      calls?: number;
    }[];
  } | null;
  slo: { objective: string | null } | null;
  /** The newest conformance run of exactly the approved contract in staging. */
  conformance: { runId: string; at: string; scenarios: { name: string; status: string }[] } | null;
  rollout: { lastStepReached: boolean; soaked: boolean; errorBudgetBurning: boolean } | null;
  /** The deprecation that is asked for. */
  deprecation: {
    successor: {
      server: string;
      version: string;
      state: LifecycleState;
      track: Track;
      /** True when it is this version, or when the successors named from there on lead back to it. */
      loop: boolean;
    } | null;
    /** The explicit statement that nothing replaces the version. */
    noSuccessor: boolean;
    sunsetAt: string | null;
    /** Old tool name to new one, and the names both contracts have; null when a contract is not known. */
    mapping: { tools: Record<string, string>; before: string[] | null; after: string[] | null };
    /** Who may call the version, with the team that answers for it. */
    consumers:
      | {
          agent: string;
          team: string;
          reachable: boolean;
          /** Whether it declared that it relies on the version; how often and when last it called it. */
          declared?: boolean;
          calls?: number;
          lastCallAt?: string | null;
        }[]
      | null;
  } | null;
  /** The announced sunset of a deprecated version. */
  sunsetAt: string | null;
  /** Calls of this version, and what is known of the production gateways that could have served one. */
  usage: {
    lastCallAt: string | null;
    /** Until when every gateway that ever reported has reported. */
    reportedUntil: string | null;
    gateways: number;
    /** Gateways that could have served calls and have never said anything. */
    silent: string[];
    /** Who called within the drain window. */
    callers?: { agent: string; environment: string | null; calls: number; lastCallAt: string }[];
  } | null;
  /** Agents that declared a need which no other version that gateways go on serving meets. */
  reliance: { agentId: string; agent: string; environment: string | null; tools: string[] }[] | null;
  /** Why the version is held; null when it is not. */
  quarantineReason: string | null;
  /** Addresses the manifest names that a version of another server names too. */
  sharedRemotes: { url: string; server: string }[] | null;
};

/** Evidence in which only the time and the organization's policy are known: where gathering begins. */
export function noEvidence(now: string, policy: OrganizationPolicy): Evidence {
  return {
    now,
    policy,
    publisherId: null,
    actorId: null,
    actorKind: null,
    contractDigest: null,
    approvedContractDigest: null,
    concludedCheck: null,
    versionNumber: null,
    contact: null,
    transport: null,
    unauthenticatedAccess: null,
    exceptions: [],
    transports: null,
    surface: null,
    criticality: null,
    approvals: null,
    destructiveTools: null,
    approvalRules: {},
    stagingInspection: null,
    firstActive: null,
    changeClass: null,
    goldenCalls: null,
    consumerImpact: null,
    slo: null,
    conformance: null,
    rollout: null,
    deprecation: null,
    sunsetAt: null,
    usage: null,
    reliance: null,
    quarantineReason: null,
    sharedRemotes: null,
  };
}
