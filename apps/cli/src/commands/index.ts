import type { CommandSpec } from '../command-spec.js';
import { agentsCreateCommand } from './agents/create.command.js';
import { agentsListCommand } from './agents/list.command.js';
import { agentsTokenCommand } from './agents/token.command.js';
import { approveCommand } from './approve.command.js';
import { auditExportCommand } from './audit/export.command.js';
import { auditVerifyCommand } from './audit/verify.command.js';
import { breakGlassCancelCommand, breakGlassConfirmCommand } from './break-glass/decide.command.js';
import { breakGlassListCommand } from './break-glass/list.command.js';
import { breakGlassRequestCommand } from './break-glass/request.command.js';
import { bundleDiffCommand } from './bundle/diff.command.js';
import { bundleExplainCommand } from './bundle/explain.command.js';
import { bundlePullCommand } from './bundle/pull.command.js';
import { bundleShowCommand } from './bundle/show.command.js';
import { bundleVerifyCommand } from './bundle/verify.command.js';
import { canIDecommissionCommand } from './can-i/decommission.command.js';
import { canIDeprecateCommand } from './can-i/deprecate.command.js';
import { canIQuarantineCommand, canIReleaseCommand } from './can-i/hold.command.js';
import { canIPromoteCommand } from './can-i/promote.command.js';
import { checkCommand } from './check.command.js';
import { checksApproveCommand, checksRevokeCommand } from './checks/decide.command.js';
import { checksListCommand } from './checks/list.command.js';
import { checksShowCommand } from './checks/show.command.js';
import { conformanceRegistryCommand } from './conformance/registry.command.js';
import { conformanceRunCommand } from './conformance/run.command.js';
import { decommissionCommand } from './decommission.command.js';
import { deprecateCommand } from './deprecate.command.js';
import { diffCommand } from './diff.command.js';
import { doctorCommand } from './doctor.command.js';
import { driftDismissCommand } from './drift/dismiss.command.js';
import { driftListCommand } from './drift/list.command.js';
import { driftShowCommand } from './drift/show.command.js';
import { endpointsSetCommand } from './endpoints/set.command.js';
import { environmentsCreateCommand } from './environments/create.command.js';
import { environmentsListCommand } from './environments/list.command.js';
import { exceptionsGrantCommand } from './exceptions/grant.command.js';
import { expectationsGenerateCommand } from './expectations/generate.command.js';
import { expectationsPublishCommand } from './expectations/publish.command.js';
import { expectationsScanCommand } from './expectations/scan.command.js';
import { expectationsShowCommand } from './expectations/show.command.js';
import { explainCommand } from './explain.command.js';
import { exportBackstageCommand } from './export/backstage.command.js';
import { exportManagedSettingsCommand } from './export/managed-settings.command.js';
import { exportPageCommand } from './export/page.command.js';
import { federationCreateCommand } from './federation/create.command.js';
import { federationListCommand } from './federation/list.command.js';
import { federationRevokeCommand } from './federation/revoke.command.js';
import { gatewaysEnrollCommand } from './gateways/enroll.command.js';
import { gatewaysListCommand } from './gateways/list.command.js';
import { goldenPermitCommand, goldenRevokeCommand } from './golden/permission.command.js';
import { goldenRunCommand } from './golden/run.command.js';
import { goldenSetCommand } from './golden/set.command.js';
import { goldenShowCommand } from './golden/show.command.js';
import { grantsCreateCommand } from './grants/create.command.js';
import { grantsRevokeCommand } from './grants/revoke.command.js';
import { importOpenApiCommand } from './import/openapi.command.js';
import { inspectCommand } from './inspect.command.js';
import { lintCommand } from './lint.command.js';
import { rulesExceptCommand, rulesRevokeCommand } from './lint-rules/except.command.js';
import { rulesExceptionsCommand } from './lint-rules/exceptions.command.js';
import { rulesSetCommand } from './lint-rules/set.command.js';
import { rulesShowCommand } from './lint-rules/show.command.js';
import { loginCommand } from './login.command.js';
import { mirrorsListCommand } from './mirrors/list.command.js';
import { mirrorsRemoveCommand } from './mirrors/remove.command.js';
import { mirrorsSetCommand } from './mirrors/set.command.js';
import { mirrorsSyncCommand } from './mirrors/sync.command.js';
import { namespacesClaimCommand } from './namespaces/claim.command.js';
import { noticesCommand } from './notices/notices.command.js';
import { objectivesSetCommand } from './objectives/set.command.js';
import { objectivesShowCommand } from './objectives/show.command.js';
import {
  peopleAssignCommand,
  peopleDisableCommand,
  peopleEnableCommand,
  peopleRevokeCommand,
} from './people/access.command.js';
import { peopleCreateCommand, peopleCreateServiceAccountCommand } from './people/create.command.js';
import { peopleListCommand } from './people/list.command.js';
import { policyDryRunCommand } from './policy/dry-run.command.js';
import { policySetCommand } from './policy/set.command.js';
import { policyShowCommand } from './policy/show.command.js';
import { probesCommand } from './probes/probes.command.js';
import { promoteCommand } from './promote.command.js';
import { publishCommand } from './publish.command.js';
import { quarantineCommand } from './quarantine.command.js';
import { releaseCommand } from './release.command.js';
import { renameCommand } from './rename.command.js';
import { searchCommand } from './search/search.command.js';
import { serversListCommand } from './servers/list.command.js';
import { serversShowCommand } from './servers/show.command.js';
import { teamsCreateCommand } from './teams/create.command.js';
import { teamsListCommand } from './teams/list.command.js';
import { teamsRemoveMemberCommand, teamsSetMemberCommand } from './teams/member.command.js';
import { tokensCreateCommand } from './tokens/create.command.js';
import { tokensRevokeCommand, tokensRotateCommand } from './tokens/end.command.js';
import { tokensListCommand } from './tokens/list.command.js';
import { transferAcceptCommand, transferCancelCommand, transferDeclineCommand } from './transfer/decide.command.js';
import { transferListCommand } from './transfer/list.command.js';
import { transferRequestCommand } from './transfer/request.command.js';
import { webhooksCreateCommand } from './webhooks/create.command.js';
import { webhooksDeleteCommand } from './webhooks/delete.command.js';
import { webhooksDeliveriesCommand } from './webhooks/deliveries.command.js';
import { webhooksListCommand } from './webhooks/list.command.js';
import { webhooksRedeliverCommand } from './webhooks/redeliver.command.js';
import { webhooksRotateCommand } from './webhooks/rotate.command.js';
import { webhooksTestCommand } from './webhooks/test.command.js';
import { webhooksUpdateCommand } from './webhooks/update.command.js';
import { whoamiCommand } from './whoami.command.js';

/** Every command there is, in the order of help: the pipeline first, then what people manage. */
export const COMMANDS: readonly CommandSpec[] = [
  inspectCommand,
  diffCommand,
  lintCommand,
  publishCommand,
  checkCommand,
  approveCommand,
  promoteCommand,
  deprecateCommand,
  decommissionCommand,
  quarantineCommand,
  releaseCommand,
  canIPromoteCommand,
  canIDeprecateCommand,
  canIDecommissionCommand,
  canIQuarantineCommand,
  canIReleaseCommand,
  breakGlassRequestCommand,
  breakGlassConfirmCommand,
  breakGlassCancelCommand,
  breakGlassListCommand,
  bundlePullCommand,
  bundleVerifyCommand,
  bundleShowCommand,
  bundleDiffCommand,
  bundleExplainCommand,
  goldenSetCommand,
  goldenShowCommand,
  goldenRunCommand,
  goldenPermitCommand,
  goldenRevokeCommand,
  objectivesSetCommand,
  objectivesShowCommand,
  conformanceRunCommand,
  conformanceRegistryCommand,
  searchCommand,
  checksListCommand,
  checksShowCommand,
  checksApproveCommand,
  checksRevokeCommand,
  serversListCommand,
  serversShowCommand,
  renameCommand,
  transferRequestCommand,
  transferAcceptCommand,
  transferDeclineCommand,
  transferCancelCommand,
  transferListCommand,
  policyShowCommand,
  policySetCommand,
  policyDryRunCommand,
  rulesShowCommand,
  rulesSetCommand,
  rulesExceptCommand,
  rulesRevokeCommand,
  rulesExceptionsCommand,
  namespacesClaimCommand,
  environmentsListCommand,
  environmentsCreateCommand,
  endpointsSetCommand,
  probesCommand,
  exceptionsGrantCommand,
  agentsListCommand,
  agentsCreateCommand,
  agentsTokenCommand,
  expectationsPublishCommand,
  expectationsShowCommand,
  expectationsGenerateCommand,
  expectationsScanCommand,
  grantsCreateCommand,
  grantsRevokeCommand,
  gatewaysListCommand,
  gatewaysEnrollCommand,
  webhooksListCommand,
  webhooksCreateCommand,
  webhooksUpdateCommand,
  webhooksDeleteCommand,
  webhooksRotateCommand,
  webhooksTestCommand,
  webhooksDeliveriesCommand,
  webhooksRedeliverCommand,
  noticesCommand,
  driftListCommand,
  driftShowCommand,
  driftDismissCommand,
  mirrorsListCommand,
  mirrorsSetCommand,
  mirrorsRemoveCommand,
  mirrorsSyncCommand,
  importOpenApiCommand,
  exportManagedSettingsCommand,
  exportBackstageCommand,
  exportPageCommand,
  teamsListCommand,
  teamsCreateCommand,
  teamsSetMemberCommand,
  teamsRemoveMemberCommand,
  peopleListCommand,
  peopleCreateCommand,
  peopleCreateServiceAccountCommand,
  peopleDisableCommand,
  peopleEnableCommand,
  peopleAssignCommand,
  peopleRevokeCommand,
  tokensListCommand,
  tokensCreateCommand,
  tokensRotateCommand,
  tokensRevokeCommand,
  federationListCommand,
  federationCreateCommand,
  federationRevokeCommand,
  auditVerifyCommand,
  auditExportCommand,
  loginCommand,
  whoamiCommand,
  doctorCommand,
  explainCommand,
];

/** What help says about a group of commands. */
export const GROUPS: Readonly<Record<string, string>> = {
  drift: 'what runs and is not what was approved',
  'can-i': 'ask whether a transition would be allowed',
  'break-glass': 'a step although a guard fails, by two administrators',
  transfer: 'servers on their way to another team',
  policy: 'what the organization decides about its servers',
  rules: 'rules of lint: how loud, for whom, and what is let pass',
  bundle: 'signed policy: pull, verify, show, diff, explain',
  golden: 'read-only example calls, made in staging',
  objectives: 'how good a server has to be',
  conformance: 'does a server or registry keep to its published interface?',
  checks: 'recorded checks, and approvals of the changes that hold them up',
  servers: 'servers and their versions',
  namespaces: 'who owns which names',
  environments: 'where versions are served, in promotion order',
  endpoints: 'where versions run',
  exceptions: 'written exceptions from guards',
  agents: 'client applications that call tools',
  expectations: 'what agents rely on',
  grants: 'what agents may call',
  gateways: 'data planes and what they run',
  webhooks: 'where events are sent',
  mirrors: 'other registries beside your own',
  import: 'make drafts from descriptions of other kinds',
  export: 'what is approved, in the formats of other programs',
  teams: 'teams and who is in them',
  people: 'people and service accounts, and their roles',
  tokens: 'API tokens',
  federation: 'tokens of other issuers that are accepted',
  audit: 'the hash chain of everything that was done',
};
