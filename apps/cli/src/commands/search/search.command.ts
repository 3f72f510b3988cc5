import {
  CliSearchServersDocument,
  type CliSearchServersQuery,
  CliSearchToolsDocument,
  type CliSearchToolsQuery,
} from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import type { ControlPlane } from '../../connection/control-plane.js';
import { usage } from '../../errors/failure.js';
import { dim, inline, red } from '../../output/style.js';
import { shorten, table } from '../../output/table.js';

const DEFAULT = 20;
const MOST = 100;
const MAX_DESCRIPTION = 70;

type ServerEdge = CliSearchServersQuery['servers']['edges'][number];
type ToolEdge = CliSearchToolsQuery['tools']['edges'][number];

/** Finds servers, or tools, by what they are called and what they do. */
export const searchCommand: CommandSpec = {
  name: 'search',
  summary: 'find servers, or tools, by what they are called and what they do',
  declare: (command) => {
    command
      .argument('<words...>', 'words, or a part of a name; misspelled names are found when there is nothing else')
      .option('--tools', 'single tools of all servers instead of servers')
      .option('--limit <n>', `most hits, 1 to ${MOST} (default: ${DEFAULT})`);
  },
  examples: ['rollcall search refund', 'rollcall search --tools "delete customer"'],
  connects: 'account',
  run: async ({ cli, args, options }) => {
    const plane = await cli.controlPlane();
    const ask = { first: limitOf(options.text('limit')), where: { search: args.join(' ') } };
    return options.flag('tools') ? searchTools(plane, ask) : searchServers(plane, ask);
  },
};

type Question = { first: number; where: { search: string } };

async function searchServers(plane: ControlPlane, ask: Question) {
  const { servers } = await plane.execute(CliSearchServersDocument, ask);
  const hits = servers.edges.map(({ node, rank, matched }) => ({ ...node, rank, matched }));
  const rows = servers.edges.map((edge) => [
    inline(edge.node.name),
    edge.node.latestVersion?.version ?? '-',
    edge.node.latestVersion?.state ?? '-',
    edge.node.team.slug,
    why(edge),
  ]);
  const text = rows.length === 0 ? 'No server.' : table(rows, ['server', 'latest', 'state', 'team', 'found in']);
  return {
    data: { servers: hits, more: servers.pageInfo.hasNextPage },
    text: withMore(text, servers.pageInfo.hasNextPage),
  };
}

async function searchTools(plane: ControlPlane, ask: Question) {
  const { tools } = await plane.execute(CliSearchToolsDocument, ask);
  const hits = tools.edges.map(({ node, rank }) => ({ ...node, rank }));
  const rows = tools.edges.map((edge) => [
    inline(edge.node.name),
    `${inline(edge.node.server.name)}@${inline(edge.node.version.version)}`,
    effect(edge),
    shorten(edge.node.description ?? edge.node.title ?? '', MAX_DESCRIPTION),
  ]);
  const text = rows.length === 0 ? 'No tool.' : table(rows, ['tool', 'server', 'effect', 'description']);
  return { data: { tools: hits, more: tools.pageInfo.hasNextPage }, text: withMore(text, tools.pageInfo.hasNextPage) };
}

function why({ matched }: ServerEdge): string {
  const fields = matched.filter((match) => match.field !== 'tool').map((match) => match.field);
  const tools = matched.flatMap((match) => (match.tool === null ? [] : [inline(match.tool)]));
  return [...fields, ...(tools.length > 0 ? [`tools: ${tools.join(', ')}`] : [])].join(', ');
}

function effect({ node }: ToolEdge): string {
  if (node.readOnly) return 'read-only';
  return node.destructive ? red('destructive') : 'writes';
}

function withMore(text: string, more: boolean): string {
  return more ? `${text}\n${dim('There are more: use longer words, or --limit.')}` : text;
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT;
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit >= 1 && limit <= MOST) return limit;
  throw usage(`--limit ${text} is not a whole number from 1 to ${MOST}.`, 'Write --limit 50.');
}
