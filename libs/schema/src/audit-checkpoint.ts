import { canonicalJson } from '@rollcall/contract';
import type { JsonObject } from '@rollcall/kernel';

/** A statement that the chain had this hash at this sequence. `at` is ISO 8601 in UTC with milliseconds. */
export type AuditCheckpointStatement = {
  organizationId: string;
  sequence: number;
  hash: string;
  at: string;
  keyId: string;
};

/** A statement with its signature: Ed25519 over {@link checkpointBytes}, base64. */
export type AuditCheckpoint = AuditCheckpointStatement & { signature: string };

/** A public key of checkpoints: raw Ed25519, base64. */
export type AuditPublicKey = { keyId: string; publicKey: string };

/** True when `signature` is the Ed25519 signature of `message` by `publicKey`. Where cryptography comes from is the caller's. */
export type VerifySignature = (publicKey: string, message: Uint8Array, signature: string) => boolean;

/** What closes an export: how much it holds, and the SHA-256 (hex) of every line before this one, line feeds included. */
export type AuditSealStatement = {
  organizationId: string;
  events: number;
  lines: number;
  sha256: string;
  at: string;
  keyId: string;
};

/** What is signed for a checkpoint: RFC 8785 JSON that names its own type, so that it can be taken for nothing else. */
export function checkpointBytes(statement: AuditCheckpointStatement): Uint8Array {
  const { organizationId, sequence, hash, at, keyId } = statement;
  return bytesOf({ type: 'rollcall.audit-checkpoint.v1', organizationId, sequence, hash, at, keyId });
}

/** What is signed for the end of an export. */
export function sealBytes(statement: AuditSealStatement): Uint8Array {
  const { organizationId, events, lines, sha256, at, keyId } = statement;
  return bytesOf({ type: 'rollcall.audit-export.v1', organizationId, events, lines, sha256, at, keyId });
}

const bytesOf = (statement: JsonObject): Uint8Array => new TextEncoder().encode(canonicalJson(statement));
