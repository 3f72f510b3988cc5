import type { Digest } from '@rollcall/contract';
import { isJsonObject } from '@rollcall/kernel';
import type { PolicyState } from '@rollcall/policy';
import { z } from 'zod';
import { decodeBase64 } from './base64.js';
import { keyIdOf } from './dsse.js';
import type { BundlePayload, RootPayload, TimestampPayload, TrustState } from './wire.js';

const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?Z$/;
const instant = z
  .string()
  .refine((text) => TIMESTAMP.test(text) && !Number.isNaN(Date.parse(text)), 'not a UTC instant');
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const digest = z.custom<Digest>((value) => typeof value === 'string' && /^sha256:[0-9a-f]{64}$/.test(value));
const counter = z.int().nonnegative();
const name = z.string().min(1).max(512);
const text = z.string().max(10_000);
const audience = z.strictObject({ organization: name, environment: name });

/** A JSON object used as a map. Checked as a Map, because an object copy would lose a key called `__proto__` unchecked. */
function mapping<T extends z.ZodType>(value: T) {
  const entries = z.map(z.string().max(512), value);
  const toMap = (input: unknown) => (isJsonObject(input) ? new Map(Object.entries(input)) : input);
  return z.preprocess(toMap, entries);
}

const isName = (value: unknown) => typeof value === 'string' && value.length > 0 && value.length <= 512;

/** alias -> tool -> grant. By hand: this is the bulk of a large bundle, and zod takes ten times as long for it. */
function isGrantTable(value: unknown): boolean {
  if (!isJsonObject(value)) return false;
  return Object.values(value).every((tools) => isJsonObject(tools) && Object.values(tools).every(isGrant));
}

function isGrant(value: unknown): boolean {
  return isJsonObject(value) && Object.keys(value).length === 2 && isName(value['version']) && isName(value['grant']);
}

const successor = z.strictObject({ server: name, version: name, tools: mapping(z.string()) });
const endpoint = z.discriminatedUnion('transport', [
  z.strictObject({ transport: z.literal('streamable-http'), url: z.string().max(2_048) }),
  z.strictObject({ transport: z.literal('stdio'), launcher: name }),
]);
const tool = z.strictObject({ digest, definition: z.custom(isJsonObject), approval: z.enum(['none', 'human']) });
const version = z.strictObject({
  state: z.enum(['staging', 'canary', 'active', 'deprecated']),
  endpoint,
  contractDigest: digest,
  tools: mapping(tool),
  deprecation: z.strictObject({ sunsetAt: text, successor: successor.nullable(), message: text }).nullable(),
});
const tombstone = z.strictObject({
  sunsetAt: text.nullable(),
  decommissionedAt: text,
  successor: successor.nullable(),
  tools: z.array(z.string()),
});
const hold = z.strictObject({ alias: name, version: name.nullable(), tool: name.nullable(), reason: text });
const agent = z.strictObject({
  name: text,
  tokens: z.array(z.strictObject({ sha256, expiresAt: text.nullable() })),
  tools: z.custom(isGrantTable, 'not a table of grants'),
});
const state = z.strictObject({
  servers: mapping(z.strictObject({ name, versions: mapping(version), tombstones: mapping(tombstone) })),
  agents: mapping(agent),
  quarantine: z.array(hold),
});

const before = (earlier: string, later: string) => Date.parse(earlier) <= Date.parse(later);

const timestampSchema = z
  .strictObject({
    format: z.literal('rollcall.timestamp.v1'),
    audience,
    rootVersion: z.int().positive(),
    epoch: counter,
    serial: counter,
    bundle: z.strictObject({ sha256, length: counter }),
    kill: z.strictObject({ sequence: counter, deny: z.array(hold) }),
    issuedAt: instant,
    expiresAt: instant,
  })
  .refine((payload) => before(payload.issuedAt, payload.expiresAt), 'expires before it was issued');

const bundleSchema = z
  .strictObject({
    format: z.literal('rollcall.bundle.v1'),
    audience,
    epoch: counter,
    serial: counter,
    previous: sha256.nullable(),
    issuedAt: instant,
    staleAfter: instant,
    hardExpiresAt: instant,
    features: z.array(name),
    stateDigest: digest,
    state,
  })
  .refine(
    ({ issuedAt, staleAfter, hardExpiresAt }) => before(issuedAt, staleAfter) && before(staleAfter, hardExpiresAt),
    'issuedAt, staleAfter and hardExpiresAt are not in order',
  );

const role = z.strictObject({ keyids: z.array(sha256).min(1).max(32), threshold: z.int().positive() });
const rootSchema = z
  .strictObject({
    format: z.literal('rollcall.root.v1'),
    organization: name,
    version: z.int().positive(),
    epoch: counter,
    expiresAt: instant,
    keys: mapping(z.strictObject({ algorithm: z.literal('ed25519'), public: z.string() })),
    roles: z.strictObject({ root: role, publish: role, timestamp: role, kill: role }),
  })
  .superRefine((root, context) => {
    for (const [keyid, key] of root.keys) {
      const raw = decodeBase64(key.public);
      if (raw?.length !== 32 || keyIdOf(raw) !== keyid) context.addIssue(`key ${keyid} is not the key its id names`);
    }
    for (const [roleName, { keyids, threshold }] of Object.entries(root.roles)) {
      const distinct = new Set(keyids);
      if (distinct.size !== keyids.length || threshold > distinct.size) {
        context.addIssue(`role ${roleName} names a key twice, or needs more keys than it has`);
      }
      if (keyids.some((keyid) => !root.keys.has(keyid))) context.addIssue(`role ${roleName} names an unknown key`);
    }
  });

const trustSchema = z.strictObject({
  format: z.literal('rollcall.trust.v1'),
  audience,
  rootVersion: z.int().positive(),
  epoch: counter,
  serial: counter,
  killSequence: counter,
  bundleSha256: sha256,
});

/** The value itself when it has exactly the agreed form, else the first problem as text. */
export type Checked<T> = { value: T } | { problem: string };

function check<T>(schema: z.ZodType, value: unknown): Checked<T> {
  const result = schema.safeParse(value);
  // The input is returned, not zod's copy: the bytes that were signed are the bytes that are used.
  if (result.success) return { value: value as T };
  const issue = result.error.issues[0];
  return { problem: `${issue?.path.join('.') || 'document'}: ${issue?.message ?? 'invalid'}` };
}

/** Checks a root payload, including that every key id names its key and every role its keys. */
export const checkRoot = (value: unknown): Checked<RootPayload> => check(rootSchema, value);
/** Checks a timestamp payload. */
export const checkTimestamp = (value: unknown): Checked<TimestampPayload> => check(timestampSchema, value);
/** Checks a persisted trust state. */
export const checkTrust = (value: unknown): Checked<TrustState> => check(trustSchema, value);

/** Checks a bundle payload, including that every grant leads to a pin or a tombstone. */
export function checkBundle(value: unknown): Checked<BundlePayload> {
  const checked = check<BundlePayload>(bundleSchema, value);
  if ('problem' in checked) return checked;
  const dangling = findDanglingGrant(checked.value.state);
  return dangling === null ? checked : { problem: dangling };
}

function findDanglingGrant(policy: PolicyState): string | null {
  for (const [agentId, { tools }] of Object.entries(policy.agents)) {
    for (const [alias, granted] of Object.entries(tools)) {
      for (const [toolName, grant] of Object.entries(granted)) {
        if (!hasPin(policy, alias, grant.version, toolName)) {
          return `state.agents.${agentId}.tools.${alias}.${toolName}: leads to no pinned tool`;
        }
      }
    }
  }
  return null;
}

function hasPin(policy: PolicyState, alias: string, wanted: string, toolName: string): boolean {
  const server = Object.hasOwn(policy.servers, alias) ? policy.servers[alias] : undefined;
  if (server === undefined) return false;
  if (Object.hasOwn(server.tombstones, wanted)) return true;
  const found = Object.hasOwn(server.versions, wanted) ? server.versions[wanted] : undefined;
  return found !== undefined && Object.hasOwn(found.tools, toolName);
}
