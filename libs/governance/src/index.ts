export {
  POLICY_SET,
  SERVER_RENAMED,
  SERVER_TRANSFER_DECLINED,
  SERVER_TRANSFER_REQUESTED,
  SERVER_TRANSFERRED,
} from './governance.events.js';
export { GovernanceModule } from './governance.module.js';
export { type PolicyInForce, type PolicyRevision, PolicyService, type PolicySetInput } from './policy.service.js';
export { type DryRunReport, PolicyDryRun, type PolicyViolation } from './policy-dry-run.service.js';
export { RenameService } from './rename.service.js';
export { type TransferRow, TransferService } from './transfer.service.js';
