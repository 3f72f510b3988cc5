import { err, isJsonObject, type JsonObject, ok, type Result } from '@rollcall/kernel';
import { z } from 'zod';
import { nearest } from './nearest.js';

/** How much depends on a server, least first. */
export const CRITICALITIES = ['low', 'medium', 'high', 'critical'] as const;
/** How much depends on a server. */
export type Criticality = (typeof CRITICALITIES)[number];

/** Ways a manifest or an endpoint may say that a server is reached. */
export const TRANSPORT_KINDS = ['streamable-http', 'sse', 'websocket', 'unix', 'stdio'] as const;
/** One of {@link TRANSPORT_KINDS}. */
export type TransportKind = (typeof TRANSPORT_KINDS)[number];

/** What a caller needs to be let in, as far as an inspection can see it: nothing, or some credential. */
export const AUTH_KINDS = ['none', 'credentials'] as const;
/** One of {@link AUTH_KINDS}. */
export type AuthKind = (typeof AUTH_KINDS)[number];

const days = (most: number) => z.int().min(0).max(most);
const approvals = z.int().min(1).max(10);
const MAX_DAYS = 3650;

/** Every field with its form. A field is here only because something enforces it; docs/operations/policy.md names what. */
export const POLICY_FIELDS = {
  deprecationMinimumDays: days(MAX_DAYS),
  drainWindowDays: days(MAX_DAYS),
  usageWindowDays: z.int().min(1).max(MAX_DAYS),
  countdownDays: z.array(z.int().min(1).max(MAX_DAYS)).max(10),
  requiredApprovals: z.strictObject({ low: approvals, medium: approvals, high: approvals, critical: approvals }),
  semver: z.enum(['enforce', 'warn']),
  checkBlocks: z.enum(['breaking', 'breaking_for_consumers', 'dangerous']),
  allowedTransports: z.array(z.enum(TRANSPORT_KINDS)).min(1).max(TRANSPORT_KINDS.length),
  allowedAuthKinds: z.array(z.enum(AUTH_KINDS)).min(1).max(AUTH_KINDS.length),
  surfaceBudget: z.strictObject({
    maxTools: z.int().min(1).max(100_000).nullable(),
    maxEstimatedTokens: z.int().min(1).max(100_000_000).nullable(),
  }),
  promotionOrder: z.array(z.string().min(1).max(64)).max(50),
  allowDirectActivation: z.boolean(),
  publication: z.enum(['reviewed', 'direct']),
  packageProofs: z.enum(['off', 'warn', 'enforce']),
  auditRetentionDays: z.int().min(90).max(36_500).nullable(),
  tokenMaxDays: z.int().min(1).max(MAX_DAYS).nullable(),
  breakGlassMinutes: z.int().min(5).max(1440),
  requireConformance: z.array(z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/)).max(20),
  probeIntervalSeconds: z.int().min(10).max(86_400).nullable(),
  driftQuarantine: z.enum(['never', 'high_risk', 'breaking', 'any']),
} as const;

/** The name of a field. */
export type PolicyField = keyof typeof POLICY_FIELDS;

/** What an organization decides about its servers and their life; docs/operations/policy.md says what each field does. */
export type OrganizationPolicy = {
  /** Least days between announcing a deprecation and its sunset. */
  deprecationMinimumDays: number;
  /** Days without a call before a version counts as drained. */
  drainWindowDays: number;
  /** Days after its last call in which an agent counts as a consumer. */
  usageWindowDays: number;
  /** Days before a sunset on which it is announced again. */
  countdownDays: number[];
  /** Distinct reviewers who must approve a version, by the criticality of its server. */
  requiredApprovals: Record<Criticality, number>;
  /** What a version number that is too small for its change does. */
  semver: 'enforce' | 'warn';
  /** Which changes hold a check up until somebody approves them. */
  checkBlocks: 'breaking' | 'breaking_for_consumers' | 'dangerous';
  allowedTransports: TransportKind[];
  /** Without `none`, a server that answers without credentials needs a written exception. */
  allowedAuthKinds: AuthKind[];
  /** What one server may add to an agent's context; null: no limit. */
  surfaceBudget: { maxTools: number | null; maxEstimatedTokens: number | null };
  /** Environments from the first to the last; empty: the order they were created in. */
  promotionOrder: string[];
  /** Whether a first active version or a safe change may skip the canary. */
  allowDirectActivation: boolean;
  /** `direct`: a publish through the registry API makes a listed version that is active at once. */
  publication: 'reviewed' | 'direct';
  /** Whether packages must prove that they belong to the server that names them. */
  packageProofs: 'off' | 'warn' | 'enforce';
  /** At least 90; null: for ever. */
  auditRetentionDays: number | null;
  /** The longest life of an API token; null: no limit. */
  tokenMaxDays: number | null;
  /** How long a break-glass request waits for its second administrator. */
  breakGlassMinutes: number;
  /** Scenarios of the protocol suite that must pass before a version goes to production. */
  requireConformance: string[];
  /** How often an endpoint that is well is looked at; null: never. */
  probeIntervalSeconds: number | null;
  /** Which drift of what runs in production quarantines the version; each also does what the one before it does. */
  driftQuarantine: 'never' | 'high_risk' | 'breaking' | 'any';
};

/** The policy of an organization that decided nothing. */
export const DEFAULT_POLICY: OrganizationPolicy = {
  deprecationMinimumDays: 30,
  drainWindowDays: 7,
  usageWindowDays: 30,
  countdownDays: [30, 7, 1],
  requiredApprovals: { low: 1, medium: 1, high: 1, critical: 1 },
  semver: 'enforce',
  checkBlocks: 'breaking',
  allowedTransports: [...TRANSPORT_KINDS],
  allowedAuthKinds: ['credentials'],
  surfaceBudget: { maxTools: null, maxEstimatedTokens: null },
  promotionOrder: [],
  allowDirectActivation: true,
  publication: 'reviewed',
  packageProofs: 'off',
  auditRetentionDays: null,
  tokenMaxDays: null,
  breakGlassMinutes: 60,
  requireConformance: [],
  probeIntervalSeconds: 60,
  driftQuarantine: 'high_risk',
};

/** One problem of a policy document; `path` is `requiredApprovals.high`. */
export type PolicyIssue = { path: string; message: string };

/** A document as somebody wrote it: the fields they decided, nothing else. */
export type PolicyDocument = Partial<Omit<OrganizationPolicy, 'requiredApprovals' | 'surfaceBudget'>> & {
  requiredApprovals?: Partial<OrganizationPolicy['requiredApprovals']>;
  surfaceBudget?: Partial<OrganizationPolicy['surfaceBudget']>;
};

const NESTED = {
  requiredApprovals: POLICY_FIELDS.requiredApprovals.partial(),
  surfaceBudget: POLICY_FIELDS.surfaceBudget.partial(),
};
const DOCUMENT = z.strictObject({ ...POLICY_FIELDS, ...NESTED }).partial();

/** Reads a document strictly: an unknown field is refused by its path, with the nearest name there is. */
export function readPolicyDocument(value: unknown): Result<PolicyDocument, PolicyIssue[]> {
  const parsed = DOCUMENT.safeParse(value);
  if (parsed.success) {
    const issues = contradictions(parsed.data as PolicyDocument);
    return issues.length > 0 ? err(issues) : ok(parsed.data as PolicyDocument);
  }
  return err(parsed.error.issues.flatMap(issuesOf).slice(0, 50));
}

/** The policy that a stored document means: what it does not decide is the default. An unreadable one is a fault. */
export function effectivePolicy(stored: unknown): OrganizationPolicy {
  const read = readPolicyDocument(stored ?? {});
  if (!read.ok) {
    const first = read.error[0];
    throw new Error(`a stored policy document cannot be read: ${first?.path} ${first?.message}`);
  }
  const { requiredApprovals, surfaceBudget, ...flat } = read.value;
  return {
    ...DEFAULT_POLICY,
    ...flat,
    requiredApprovals: { ...DEFAULT_POLICY.requiredApprovals, ...requiredApprovals },
    surfaceBudget: { ...DEFAULT_POLICY.surfaceBudget, ...surfaceBudget },
  };
}

function contradictions(document: PolicyDocument): PolicyIssue[] {
  const lists = [
    'allowedTransports',
    'allowedAuthKinds',
    'promotionOrder',
    'countdownDays',
    'requireConformance',
  ] as const;
  return lists.flatMap((path) => {
    const list: readonly (string | number)[] = document[path] ?? [];
    return new Set(list).size === list.length ? [] : [{ path, message: 'Names something twice.' }];
  });
}

function issuesOf(issue: z.core.$ZodIssue): PolicyIssue[] {
  const at = issue.path.join('.');
  if (issue.code !== 'unrecognized_keys') return [{ path: at, message: issue.message }];
  return issue.keys.map((key) => {
    const guess = nearest(key, namesUnder(at));
    const hint = guess === null ? `Known are: ${namesUnder(at).join(', ')}.` : `Did you mean "${guess}"?`;
    return { path: at === '' ? key : `${at}.${key}`, message: `There is no such field. ${hint}` };
  });
}

function namesUnder(path: string): string[] {
  const parent: JsonObject[string] =
    path === '' ? (DEFAULT_POLICY as never) : (DEFAULT_POLICY[path as PolicyField] as never);
  return isJsonObject(parent) ? Object.keys(parent) : [];
}
