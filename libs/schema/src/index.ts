export {
  type AuditChainVerdict,
  type AuditRecord,
  auditHash,
  type ChainedAuditEvent,
  GENESIS_HASH,
  verifyAuditChain,
} from './audit-chain.js';
export {
  type AuditCheckpoint,
  type AuditCheckpointStatement,
  type AuditPublicKey,
  type AuditSealStatement,
  checkpointBytes,
  sealBytes,
  type VerifySignature,
} from './audit-checkpoint.js';
export {
  type AuditExportVerdict,
  AuditExportVerifier,
  NotAnExport,
} from './audit-export.js';
export type { AuditExportRecord } from './audit-export-line.js';
/** Typed documents of every operation in `documents/`, their variables, results and the enums they use. */
export * from './generated/operations.js';
