import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { parseStrict } from '@rollcall/contract';
import { type ChainedAuditEvent, findBreak, GENESIS_HASH } from './audit-chain.js';
import {
  type AuditCheckpoint,
  type AuditPublicKey,
  type AuditSealStatement,
  checkpointBytes,
  sealBytes,
  type VerifySignature,
} from './audit-checkpoint.js';
import { type AuditExportRecord, readExportLine } from './audit-export-line.js';

/** A reason for the next event's place, or for another's. */
type Broken = string | { reason: string; sequence: number } | null;
type Header = Extract<AuditExportRecord, { kind: 'export' }>;

/** What verification found. `sequence` names the first event that does not hold; `line` counts from 1. */
export type AuditExportVerdict =
  | {
      ok: true;
      events: number;
      first: number;
      head: string;
      checkpoints: number;
      /** The newest signed statement the events agree with; null in an export without signatures. */
      signed: { sequence: number; at: string; keyId: string } | null;
    }
  | { ok: false; sequence: number; line: number; reason: string };

/** Thrown for a line that belongs to no export. */
export class NotAnExport extends Error {
  constructor(
    readonly line: number,
    readonly reason: string,
  ) {
    super(`Line ${line} is not part of an audit export: ${reason}`);
  }
}

/**
 * Verifies an export line by line, so that its size does not matter. A signed export must begin with its header and end with
 * its seal; bare events (exports before signatures) are verified from the chain's beginning and cannot show a cut-off end.
 */
export class AuditExportVerifier {
  private readonly digest = sha256.create();
  private header: Header | null = null;
  private keys: ReadonlyMap<string, string> | null;
  private previous: { sequence: number; hash: string } = { sequence: 0, hash: GENESIS_HASH };
  private organizationId: string | undefined;
  private failure: Extract<AuditExportVerdict, { ok: false }> | null = null;
  private signed: AuditCheckpoint | null = null;
  private sealed = false;
  private lines = 0;
  private events = 0;
  private checkpoints = 0;

  /** Without `trusted`, the keys in the export itself are taken: that finds damage, not a forger who signs with a key of his own. */
  constructor(
    private readonly verifySignature: VerifySignature,
    trusted?: readonly AuditPublicKey[],
  ) {
    this.keys = trusted ? new Map(trusted.map((key) => [key.keyId, key.publicKey])) : null;
  }

  /** The hash of each event that holds goes to `onHash`; the line comes without its line feed. Throws {@link NotAnExport}. */
  push(line: string, onHash?: (hash: string) => void): void {
    this.lines++;
    const value = this.parse(line);
    if (this.failure) return;
    const broken = this.sealed ? 'There is something behind the end of the export.' : this.take(value);
    if (broken !== null) this.fail(broken);
    else if (!('kind' in value)) onHash?.(value.hash);
    this.digest.update(new TextEncoder().encode(`${line}\n`));
  }

  /** The verdict, once every line was pushed. */
  end(): AuditExportVerdict {
    if (!this.failure && this.header && !this.sealed) this.fail('The export was cut off: its end is missing.');
    if (this.failure) return this.failure;
    const { signed } = this;
    return {
      ok: true,
      events: this.events,
      first: this.events === 0 ? 0 : this.previous.sequence - this.events + 1,
      head: this.previous.hash,
      checkpoints: this.checkpoints,
      signed: signed && { sequence: signed.sequence, at: signed.at, keyId: signed.keyId },
    };
  }

  private parse(line: string): ChainedAuditEvent | AuditExportRecord {
    const parsed = parseStrict(line);
    if (!parsed.ok) throw new NotAnExport(this.lines, parsed.error.message);
    const read = readExportLine(parsed.value);
    if (!read) throw new NotAnExport(this.lines, 'it lacks a field, or one has the wrong type');
    return read;
  }

  /** Why the line cannot stand here, or null. */
  private take(value: ChainedAuditEvent | AuditExportRecord): Broken {
    if (!('kind' in value)) return this.takeEvent(value);
    if (value.kind === 'export') return this.takeHeader(value);
    if (!this.header) return 'The beginning of the export is missing.';
    return value.kind === 'seal' ? this.takeSeal(value) : this.takeCheckpoint(value);
  }

  private takeEvent(found: ChainedAuditEvent): Broken {
    this.organizationId ??= found.organizationId;
    const { sequence, hash } = this.previous;
    const expected = { sequence: sequence + 1, previousHash: hash, organizationId: this.organizationId };
    const reason = findBreak(found, expected);
    if (reason !== null) return reason;
    this.events++;
    this.previous = { sequence: found.sequence, hash: found.hash };
    return null;
  }

  private takeHeader(header: Header): Broken {
    if (this.lines !== 1) return 'A second export begins here.';
    this.header = header;
    this.organizationId = header.organizationId;
    this.keys ??= new Map(header.keys.map((key) => [key.keyId, key.publicKey]));
    const wrong = (header.anchor && this.wrongCheckpoint(header.anchor)) ?? this.wrongCheckpoint(header.head);
    if (wrong !== null) return wrong;
    if (header.anchor) this.previous = { sequence: header.anchor.sequence, hash: header.anchor.hash };
    return null;
  }

  private takeCheckpoint({ kind: _, ...stated }: Extract<AuditExportRecord, { kind: 'checkpoint' }>): Broken {
    const { sequence } = stated;
    const wrong = this.wrongCheckpoint(stated);
    if (wrong !== null) return { reason: wrong, sequence };
    if (sequence > this.previous.sequence)
      return `Event ${this.previous.sequence + 1} is missing: ${sequence} was signed.`;
    if (sequence !== this.previous.sequence || stated.hash !== this.previous.hash)
      return { reason: 'A signed checkpoint says that another event stood here.', sequence };
    this.checkpoints++;
    this.signed = stated;
    return null;
  }

  private takeSeal(seal: Extract<AuditExportRecord, { kind: 'seal' }>): Broken {
    const head = this.header?.head;
    const { sequence, hash } = this.previous;
    if (head && head.sequence > sequence)
      return `The events end too early: event ${head.sequence} was signed as the last.`;
    if (head && (head.sequence !== sequence || head.hash !== hash))
      return { reason: 'The last event is not the one that was signed.', sequence };
    const found: AuditSealStatement = {
      organizationId: this.organizationId ?? '',
      events: this.events,
      lines: this.lines - 1,
      sha256: bytesToHex(this.digest.clone().digest()),
      at: seal.at,
      keyId: seal.keyId,
    };
    const asStated = seal.events === found.events && seal.lines === found.lines && seal.sha256 === found.sha256;
    if (!asStated || seal.organizationId !== found.organizationId || !this.isSigned(seal, sealBytes(found)))
      return 'The export is not what was signed as a whole: a line was changed, added or taken out.';
    this.signed = head ?? null;
    this.sealed = true;
    return null;
  }

  private wrongCheckpoint(stated: AuditCheckpoint): string | null {
    if (stated.organizationId !== this.organizationId) return 'A checkpoint belongs to another organization.';
    if (!this.keys?.has(stated.keyId))
      return `A checkpoint is signed with the key ${stated.keyId}, which is not trusted.`;
    return this.isSigned(stated, checkpointBytes(stated)) ? null : 'The signature of a checkpoint does not hold.';
  }

  private isSigned({ keyId, signature }: { keyId: string; signature: string }, message: Uint8Array): boolean {
    const publicKey = this.keys?.get(keyId);
    return (
      publicKey !== undefined && isCanonicalBase64(signature) && this.verifySignature(publicKey, message, signature)
    );
  }

  private fail(broken: Exclude<Broken, null>): void {
    const at = { sequence: this.previous.sequence + 1, line: this.lines };
    this.failure = { ok: false, ...at, ...(typeof broken === 'string' ? { reason: broken } : broken) };
  }
}

/** Two texts that mean the same bytes would be two signatures of one statement. */
function isCanonicalBase64(text: string): boolean {
  return /^[A-Za-z0-9+/]{86}==$/.test(text) && btoa(atob(text)) === text;
}
