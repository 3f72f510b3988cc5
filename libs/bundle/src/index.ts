export {
  type AcceptContext,
  type AcceptedTimestamp,
  type AcceptedUpdate,
  acceptTimestamp,
  acceptUpdate,
  parseTrustState,
} from './accept.js';
export { decodeBase64, encodeBase64 } from './base64.js';
export {
  type BundleParts,
  makeBundle,
  makeRoot,
  makeTimestamp,
  type RootParts,
  type TimestampParts,
} from './build.js';
export { type BundleSummary, describeBundle, type ServerSummary } from './describe.js';
export { diffStates, type StateChange } from './diff-states.js';
export {
  type Ed25519Verify,
  type KeySet,
  keyIdOf,
  type OpenOptions,
  openEnvelope,
  pae,
  type Signer,
  signDocument,
} from './dsse.js';
export { type Feature, featuresOf, KNOWN_FEATURES } from './features.js';
export { CLOCK_SKEW_MS, MAX_BYTES, MAX_ROOT_CHAIN } from './limits.js';
export type { BundleRefusal, BundleRefusalCode, Verified } from './refusals.js';
export { roleKeys, verifyRootChain } from './root-chain.js';
export { freshness, type VerifyContext, verifyBundle, verifyTimestamp } from './verify.js';
export {
  type Audience,
  type BundlePayload,
  type Envelope,
  type KillList,
  PAYLOAD_TYPES,
  type RootPayload,
  type TimestampPayload,
  type TrustKey,
  type TrustRole,
  type TrustState,
} from './wire.js';
