import { type AgentTokenIssueInput, CliAgentTokenIssueDocument } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { entityOf } from '../../connection/control-plane.js';

/** Issues a token for an agent; standard output is the token alone, so that it can be piped into a secret store. */
export const agentsTokenCommand: CommandSpec = {
  name: 'agents token',
  summary: 'issue a token for an agent; it is shown once',
  declare: (command) => {
    command.argument('<slug>', 'the agent').option('--expires <date>', 'an ISO 8601 date or instant');
  },
  connects: 'account',
  run: async ({ cli, args: [agent = ''], options }) => {
    const input: AgentTokenIssueInput = { agent };
    const expiresAt = options.instant('expires', '--expires');
    if (expiresAt !== undefined) input.expiresAt = expiresAt;
    const plane = await cli.controlPlane();
    const { agentTokenIssue: payload } = await plane.execute(CliAgentTokenIssueDocument, { input });
    const token = entityOf(payload.token, payload.errors);
    cli.note('Keep it now: only its SHA-256 is stored, it cannot be shown again.');
    return { data: { agent, token, expiresAt: expiresAt ?? null }, text: token };
  },
};
