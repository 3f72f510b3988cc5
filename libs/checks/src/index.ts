export { ChangeApprovalService, type ChangeDecision } from './change-approval.service.js';
export { ChangeApprovals, type ChangeApprovalWord } from './change-approvals.read-model.prisma.js';
export type {
  CheckConclusion,
  CheckFacts,
  CheckImpact,
  CheckMaterial,
  CheckPolicy,
  CheckStep,
  CheckTerms,
  CheckVerdict,
  StepName,
} from './check.js';
export { type CheckQuery, CheckReadModel, checkCursor } from './check.read-model.prisma.js';
export { CheckRecords } from './check.records.prisma.js';
export { CheckService } from './check.service.js';
export type { CandidateInput, CheckRequestInput, GitFacts, StoredCandidate } from './check-request.js';
export {
  CHANGES_APPROVED,
  CHANGES_REVOKED,
  CHECK_APPROVAL_REQUESTED,
  CHECK_COMPLETED,
  CHECK_CONCLUDED,
  CHECK_REQUESTED,
} from './checks.events.js';
export { ChecksModule } from './checks.module.js';
export { conclude, differenceOf, factsOf, judge } from './conclude.js';
export { type StoredCheck, storedFacts } from './conclusion.records.prisma.js';
export { type JudgedChange, judgedChanges } from './judged-changes.js';
