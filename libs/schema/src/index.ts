export {
  type AuditChainVerdict,
  type AuditRecord,
  auditHash,
  type ChainedAuditEvent,
  GENESIS_HASH,
  verifyAuditChain,
} from './audit-chain.js';
/** Typed documents of every operation in `documents/`, their variables, results and the enums they use. */
export * from './generated/operations.js';
