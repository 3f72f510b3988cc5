import type { Contract } from '@rollcall/contract';
import type { PolicyDeprecation, PolicyEndpoint, PolicySuccessor } from './policy-state.js';

/** Lifecycle states as the compiler knows them. */
export type CompileVersionState =
  | 'draft'
  | 'in_review'
  | 'rejected'
  | 'staging'
  | 'canary'
  | 'active'
  | 'deprecated'
  | 'decommissioned';

/** One consistent snapshot of an organization, read in one REPEATABLE READ transaction: the input of `compile`. */
export type CompileInput = {
  environment: { name: string; kind: 'staging' | 'production' };
  servers: {
    alias: string;
    name: string;
    versions: {
      version: string;
      state: CompileVersionState;
      quarantine: { reason: string } | null;
      /** The approved contract (null before approval). */
      contract: Contract | null;
      /** Where it runs in this environment, null when it does not. */
      endpoint: PolicyEndpoint | null;
      /** Per tool name, or `*` for all: the reviewer's decision. Missing means `human` for destructive tools. */
      approvals: Record<string, 'none' | 'human'>;
      deprecation: PolicyDeprecation | null;
      /** Set once decommissioned. */
      decommission: { at: string; sunsetAt: string | null; successor: PolicySuccessor | null } | null;
    }[];
  }[];
  agents: {
    id: string;
    name: string;
    tokens: { sha256: string; expiresAt: string | null }[];
    /** `tools`: exact names or `*`. `versions`: semver range, or an exact version string. */
    grants: { id: string; alias: string; versions: string; tools: string[] }[];
  }[];
};
