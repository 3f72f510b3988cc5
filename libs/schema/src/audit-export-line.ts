import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import type { ChainedAuditEvent } from './audit-chain.js';
import type { AuditCheckpoint, AuditPublicKey, AuditSealStatement } from './audit-checkpoint.js';

/** A line of an export that is no event: its first, a checkpoint, or its last. */
export type AuditExportRecord =
  | {
      kind: 'export';
      organizationId: string;
      at: string;
      from: string | null;
      to: string | null;
      /** What the chain goes on from; null: from its beginning. */
      anchor: AuditCheckpoint | null;
      /** Where the export ends. */
      head: AuditCheckpoint;
      keys: AuditPublicKey[];
    }
  | ({ kind: 'checkpoint' } & AuditCheckpoint)
  | ({ kind: 'seal'; signature: string } & AuditSealStatement);

type Shape = Readonly<Record<string, (value: JsonValue | undefined) => boolean>>;

const text = (value: JsonValue | undefined) => typeof value === 'string';
const whole = (value: JsonValue | undefined) => Number.isSafeInteger(value);
const optional = (is: (value: JsonValue | undefined) => boolean) => (value: JsonValue | undefined) =>
  value === null || is(value);
const shaped = (shape: Shape) => (value: JsonValue | undefined) => isJsonObject(value) && exactly(value, shape);

const EVENT: Shape = {
  ...Object.fromEntries(
    ['organizationId', 'id', 'at', 'actorId', 'actorHandle', 'action', 'subject', 'outcome'].map((name) => [
      name,
      text,
    ]),
  ),
  ...{ requestId: text, previousHash: text, hash: text, sequence: whole, data: isJsonObject },
};
const CHECKPOINT: Shape = { organizationId: text, at: text, keyId: text, signature: text, sequence: whole, hash: text };
const KEY = shaped({ keyId: text, publicKey: text });
const RECORDS: Readonly<Record<string, Shape>> = {
  export: {
    kind: text,
    organizationId: text,
    at: text,
    from: optional(text),
    to: optional(text),
    anchor: optional(shaped(CHECKPOINT)),
    head: shaped(CHECKPOINT),
    keys: (value) => Array.isArray(value) && value.length <= 1000 && value.every(KEY),
  },
  checkpoint: { kind: text, ...CHECKPOINT },
  seal: {
    ...{ kind: text, organizationId: text, at: text, keyId: text, signature: text },
    ...{ events: whole, lines: whole, sha256: text },
  },
};

/** Reads one line of an export; null when it is none. Written out by hand: this lib also runs in a page without `eval`. */
export function readExportLine(value: JsonValue): ChainedAuditEvent | AuditExportRecord | null {
  if (!isJsonObject(value)) return null;
  if (!('kind' in value)) return has(value, EVENT) ? (value as unknown as ChainedAuditEvent) : null;
  const shape = Object.hasOwn(RECORDS, String(value['kind'])) ? RECORDS[String(value['kind'])] : undefined;
  return shape && exactly(value, shape) ? (value as unknown as AuditExportRecord) : null;
}

const has = (value: JsonObject, shape: Shape) => Object.entries(shape).every(([name, is]) => is(value[name]));

const exactly = (value: JsonObject, shape: Shape): boolean =>
  has(value, shape) && Object.keys(value).every((name) => Object.hasOwn(shape, name));
