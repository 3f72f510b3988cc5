import { CliAgentsDocument } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { inline } from '../../output/style.js';
import { table } from '../../output/table.js';

/** Lists agents and what they may call. */
export const agentsListCommand: CommandSpec = {
  name: 'agents list',
  summary: 'the agents you may see, and what they may call',
  connects: 'account',
  run: async ({ cli }) => {
    const { agents } = await (await cli.controlPlane()).execute(CliAgentsDocument, {});
    const rows = agents.flatMap((agent) => {
      const live = agent.grants.filter((grant) => grant.revokedAt === null);
      if (live.length === 0) return [[agent.slug, agent.team.slug, '-', 'nothing granted']];
      return live.map((grant) => [
        agent.slug,
        agent.team.slug,
        grant.environment.name,
        inline(`${grant.server.name} ${grant.versions}: ${grant.tools.join(', ')}  (${grant.id})`),
      ]);
    });
    const text = rows.length === 0 ? 'No agent.' : table(rows, ['agent', 'team', 'environment', 'may call']);
    return { data: { agents }, text };
  },
};
