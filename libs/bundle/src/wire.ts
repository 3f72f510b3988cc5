import type { Digest } from '@rollcall/contract';
import type { PolicyQuarantine, PolicyState } from '@rollcall/policy';

/** DSSE payload types: part of what is signed, so that one kind of document can never pass for another. */
export const PAYLOAD_TYPES = {
  root: 'application/vnd.rollcall.root.v1+json',
  timestamp: 'application/vnd.rollcall.timestamp.v1+json',
  bundle: 'application/vnd.rollcall.bundle.v1+json',
} as const;

/** A DSSE envelope (https://github.com/secure-systems-lab/dsse): the signature is over the bytes, never over parsed JSON. */
export type Envelope = { payloadType: string; payload: string; signatures: { keyid: string; sig: string }[] };

/** Roles as in TUF: root is offline, publish signs bundles, timestamp freshness, kill can only deny. */
export type TrustRole = 'root' | 'publish' | 'timestamp' | 'kill';

/** A public key: Ed25519 only, 32 raw bytes in base64. The key id is the SHA-256 of those bytes in hex. */
export type TrustKey = { algorithm: 'ed25519'; public: string };

/** Which keys may sign what. `version` N+1 must be signed by a threshold of version N's and of its own root keys. */
export type RootPayload = {
  format: 'rollcall.root.v1';
  organization: string;
  version: number;
  /** Raised only here: lets serials restart after a compromise or a restored database. */
  epoch: number;
  expiresAt: string;
  keys: Record<string, TrustKey>;
  roles: Record<TrustRole, { keyids: string[]; threshold: number }>;
};

/** The audience of everything a gateway accepts: exact string equality with its own configuration. */
export type Audience = { organization: string; environment: string };

/** The small, short-lived pointer that gateways poll. */
export type TimestampPayload = {
  format: 'rollcall.timestamp.v1';
  audience: Audience;
  rootVersion: number;
  epoch: number;
  serial: number;
  /** The object to fetch: SHA-256 and length in bytes of the envelope as served. */
  bundle: { sha256: string; length: number };
  kill: KillList;
  issuedAt: string;
  expiresAt: string;
};

/** Can only remove permission; `sequence` never falls. */
export type KillList = {
  sequence: number;
  deny: PolicyQuarantine[];
};

/** The signed policy of one environment. */
export type BundlePayload = {
  format: 'rollcall.bundle.v1';
  audience: Audience;
  epoch: number;
  serial: number;
  /** SHA-256 of the previous bundle object, null for the first of an epoch. */
  previous: string | null;
  issuedAt: string;
  staleAfter: string;
  hardExpiresAt: string;
  /** What a reader must understand; an unknown word means refuse. */
  features: string[];
  stateDigest: Digest;
  state: PolicyState;
};

/** What a gateway must remember across restarts, or an old signed bundle could be replayed to it. */
export type TrustState = {
  format: 'rollcall.trust.v1';
  audience: Audience;
  rootVersion: number;
  epoch: number;
  serial: number;
  killSequence: number;
  bundleSha256: string;
};
