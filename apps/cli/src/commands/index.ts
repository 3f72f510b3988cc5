import type { CommandSpec } from '../command-spec.js';
import { agentsCreateCommand } from './agents/create.command.js';
import { agentsListCommand } from './agents/list.command.js';
import { agentsTokenCommand } from './agents/token.command.js';
import { auditExportCommand } from './audit/export.command.js';
import { auditVerifyCommand } from './audit/verify.command.js';
import { bundleDiffCommand } from './bundle/diff.command.js';
import { bundleExplainCommand } from './bundle/explain.command.js';
import { bundlePullCommand } from './bundle/pull.command.js';
import { bundleShowCommand } from './bundle/show.command.js';
import { bundleVerifyCommand } from './bundle/verify.command.js';
import { canIDecommissionCommand } from './can-i/decommission.command.js';
import { canIDeprecateCommand } from './can-i/deprecate.command.js';
import { canIPromoteCommand } from './can-i/promote.command.js';
import { checkCommand } from './check.command.js';
import { decommissionCommand } from './decommission.command.js';
import { deprecateCommand } from './deprecate.command.js';
import { diffCommand } from './diff.command.js';
import { doctorCommand } from './doctor.command.js';
import { endpointsSetCommand } from './endpoints/set.command.js';
import { exceptionsGrantCommand } from './exceptions/grant.command.js';
import { gatewaysEnrollCommand } from './gateways/enroll.command.js';
import { gatewaysListCommand } from './gateways/list.command.js';
import { grantsCreateCommand } from './grants/create.command.js';
import { grantsRevokeCommand } from './grants/revoke.command.js';
import { inspectCommand } from './inspect.command.js';
import { loginCommand } from './login.command.js';
import { namespacesClaimCommand } from './namespaces/claim.command.js';
import { promoteCommand } from './promote.command.js';
import { publishCommand } from './publish.command.js';
import { quarantineCommand } from './quarantine.command.js';
import { releaseCommand } from './release.command.js';
import { serversListCommand } from './servers/list.command.js';
import { serversShowCommand } from './servers/show.command.js';
import { whoamiCommand } from './whoami.command.js';

/** Every command there is, in the order of help: the pipeline first, then what people manage. */
export const COMMANDS: readonly CommandSpec[] = [
  inspectCommand,
  diffCommand,
  publishCommand,
  checkCommand,
  promoteCommand,
  deprecateCommand,
  decommissionCommand,
  quarantineCommand,
  releaseCommand,
  canIPromoteCommand,
  canIDeprecateCommand,
  canIDecommissionCommand,
  bundlePullCommand,
  bundleVerifyCommand,
  bundleShowCommand,
  bundleDiffCommand,
  bundleExplainCommand,
  serversListCommand,
  serversShowCommand,
  namespacesClaimCommand,
  endpointsSetCommand,
  exceptionsGrantCommand,
  agentsListCommand,
  agentsCreateCommand,
  agentsTokenCommand,
  grantsCreateCommand,
  grantsRevokeCommand,
  gatewaysListCommand,
  gatewaysEnrollCommand,
  auditVerifyCommand,
  auditExportCommand,
  loginCommand,
  whoamiCommand,
  doctorCommand,
];

/** What help says about a group of commands. */
export const GROUPS: Readonly<Record<string, string>> = {
  'can-i': 'ask whether a transition would be allowed',
  bundle: 'signed policy: pull, verify, show, diff, explain',
  servers: 'servers and their versions',
  namespaces: 'who owns which names',
  endpoints: 'where versions run',
  exceptions: 'written exceptions from guards',
  agents: 'client applications that call tools',
  grants: 'what agents may call',
  gateways: 'data planes and what they run',
  audit: 'the hash chain of everything that was done',
};
