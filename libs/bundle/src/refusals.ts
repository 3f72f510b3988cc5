import { err, type RefusalParts, type Result } from '@rollcall/kernel';

/** Why a document was not accepted; the reader keeps what it had. */
export type BundleRefusalCode =
  | 'SIGNATURE_INVALID'
  | 'WRONG_PAYLOAD_TYPE'
  | 'WRONG_AUDIENCE'
  | 'ROLLBACK'
  | 'SAME_SERIAL_OTHER_BYTES'
  | 'DIGEST_MISMATCH'
  | 'LENGTH_MISMATCH'
  | 'EXPIRED'
  | 'NOT_YET_VALID'
  | 'UNKNOWN_FEATURE'
  | 'MALFORMED'
  | 'STATE_DIGEST_MISMATCH'
  | 'TIMESTAMP_BUNDLE_MISMATCH'
  | 'ROOT_EXPIRED'
  | 'ROOT_ROLLBACK';

/** A refusal of this library: a code from a closed list, a sentence, and what to do next. */
export type BundleRefusal = RefusalParts & { code: BundleRefusalCode };

/** The answer of every verification. */
export type Verified<T> = Result<T, BundleRefusal>;

const NEXT_STEP: Record<BundleRefusalCode, string> = {
  SIGNATURE_INVALID:
    'Check that the root file is the current one of this organization; otherwise treat it as tampering.',
  WRONG_PAYLOAD_TYPE: 'Check the URL: one kind of document was served where another was asked for.',
  WRONG_AUDIENCE: 'Check the organization and environment this gateway is configured for.',
  ROLLBACK: 'Publish again with a higher serial; after restoring a database, raise the epoch with a new root.',
  SAME_SERIAL_OTHER_BYTES:
    'Compare the bundles of several gateways: two different policies were signed under one serial.',
  DIGEST_MISMATCH: 'Fetch the object again; if it persists, a cache or mirror changes bytes.',
  LENGTH_MISMATCH: 'Fetch the object again; if it persists, a proxy cuts or rewrites bodies.',
  EXPIRED: 'Restore the connection to the control plane, and check this machine’s clock.',
  NOT_YET_VALID: 'Check the clocks of this machine and of the control plane.',
  UNKNOWN_FEATURE: 'Upgrade this reader before the policy uses the feature.',
  MALFORMED: 'Check the versions of control plane and reader; the document does not have the agreed form.',
  STATE_DIGEST_MISMATCH: 'Publish the policy again; the signed digest does not belong to the signed state.',
  TIMESTAMP_BUNDLE_MISMATCH: 'Fetch the timestamp and then the object it names.',
  ROOT_EXPIRED: 'Sign a new root with the offline keys and install it.',
  ROOT_ROLLBACK: 'Fetch the missing roots in order and verify the chain again.',
};

/** A failed verification with the standard next step of its code. */
export function refuse(code: BundleRefusalCode, message: string): { ok: false; error: BundleRefusal } {
  return err({ code, message, nextStep: NEXT_STEP[code] });
}
