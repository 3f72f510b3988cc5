import {
  CliPrincipalDisableDocument,
  CliPrincipalEnableDocument,
  CliRoleAssignDocument,
  CliRoleRevokeDocument,
} from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { entityOf } from '../../connection/control-plane.js';
import { green } from '../../output/style.js';

/** Locks an account out. */
export const peopleDisableCommand: CommandSpec = {
  name: 'people disable',
  summary: 'lock an account out: nothing authenticates as it any more',
  declare: (command) => {
    command.argument('<handle>', 'the account').requiredOption('--reason <text>', 'goes to the audit log');
  },
  connects: 'account',
  run: async ({ cli, args: [principal = ''], options }) => {
    const input = { principal, reason: options.required('reason', '--reason') };
    const plane = await cli.controlPlane();
    const { principalDisable: payload } = await plane.execute(CliPrincipalDisableDocument, { input });
    const changed = entityOf(payload.principal, payload.errors);
    return { data: { principal: changed }, text: `${green('✔')} ${changed.handle} is disabled` };
  },
};

/** Lets a disabled account in again. */
export const peopleEnableCommand: CommandSpec = {
  name: 'people enable',
  summary: 'let a disabled account in again',
  declare: (command) => {
    command.argument('<handle>', 'the account');
  },
  connects: 'account',
  run: async ({ cli, args: [principal = ''] }) => {
    const plane = await cli.controlPlane();
    const { principalEnable: payload } = await plane.execute(CliPrincipalEnableDocument, { input: { principal } });
    const changed = entityOf(payload.principal, payload.errors);
    return { data: { principal: changed }, text: `${green('✔')} ${changed.handle} is enabled` };
  },
};

/** Gives a role in the organization. */
export const peopleAssignCommand: CommandSpec = {
  name: 'people assign',
  summary: 'give a role in the whole organization',
  declare: (command) => {
    command
      .argument('<handle>', 'the account')
      .argument('<role>', 'admin, security_reviewer, auditor, release_approver, member');
  },
  connects: 'account',
  run: async ({ cli, args: [principal = '', role = ''] }) => {
    const plane = await cli.controlPlane();
    const { roleAssign: payload } = await plane.execute(CliRoleAssignDocument, { input: { principal, role } });
    const changed = entityOf(payload.principal, payload.errors);
    return { data: { principal: changed }, text: `${green('✔')} ${changed.handle} is ${role}` };
  },
};

/** Takes a role in the organization away. */
export const peopleRevokeCommand: CommandSpec = {
  name: 'people revoke',
  summary: 'take a role in the whole organization away',
  declare: (command) => {
    command.argument('<handle>', 'the account').argument('<role>', 'the role');
  },
  connects: 'account',
  run: async ({ cli, args: [principal = '', role = ''] }) => {
    const plane = await cli.controlPlane();
    const { roleRevoke: payload } = await plane.execute(CliRoleRevokeDocument, { input: { principal, role } });
    const changed = entityOf(payload.principal, payload.errors);
    return { data: { principal: changed }, text: `${green('✔')} ${changed.handle} is no longer ${role}` };
  },
};
