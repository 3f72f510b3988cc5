import { CliServersDocument, type CliServersQuery, type LifecycleState, type ServerWhere } from '@rollcall/schema';
import { Option } from 'commander';
import type { CommandSpec } from '../../command-spec.js';
import type { ControlPlane } from '../../connection/control-plane.js';
import { dim, inline } from '../../output/style.js';
import { table } from '../../output/table.js';

const PAGE = 100;
/** More servers than a terminal or a pipeline wants; a filter is the better way. */
const MOST = 10_000;
const STATES = [
  'draft',
  'in_review',
  'rejected',
  'staging',
  'canary',
  'active',
  'deprecated',
  'decommissioned',
] as const;

type ServerRow = CliServersQuery['servers']['edges'][number]['node'];

/** Lists servers. */
export const serversListCommand: CommandSpec = {
  name: 'servers list',
  summary: 'the servers you may see',
  declare: (command) => {
    command
      .option('--search <text>', 'only those whose name, title or description contains this')
      .addOption(new Option('--state <state>', 'only those with a version in this state').choices([...STATES]));
  },
  connects: 'account',
  run: async ({ cli, options }) => {
    const where: ServerWhere = {};
    const search = options.text('search');
    const state = options.text('state') as LifecycleState | undefined;
    if (search !== undefined) where.search = search;
    if (state !== undefined) where.state = state;
    const servers = await allServers(await cli.controlPlane(), where);
    const rows = servers.map((server) => [
      inline(server.name),
      server.latestVersion?.version ?? '-',
      server.latestVersion?.state ?? '-',
      server.health?.outcome ?? dim('not inspected'),
      server.team.slug,
    ]);
    const text = rows.length === 0 ? 'No server.' : table(rows, ['server', 'latest', 'state', 'health', 'team']);
    return { data: { servers }, text };
  },
};

async function allServers(plane: ControlPlane, where: ServerWhere): Promise<ServerRow[]> {
  const servers: ServerRow[] = [];
  let after: string | null = null;
  do {
    const page: CliServersQuery = await plane.execute(CliServersDocument, { first: PAGE, after, where });
    servers.push(...page.servers.edges.map((edge) => edge.node));
    const { hasNextPage, endCursor } = page.servers.pageInfo;
    after = hasNextPage && endCursor !== after ? endCursor : null;
  } while (after !== null && servers.length < MOST);
  return servers;
}
