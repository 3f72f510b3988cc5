import { type CheckWhere, CliChecksDocument } from '@rollcall/schema';
import { Option } from 'commander';
import type { CommandSpec } from '../../command-spec.js';
import { verdictText } from '../../output/check-text.js';
import { dim, inline } from '../../output/style.js';
import { table } from '../../output/table.js';

/** The newest checks. */
export const checksListCommand: CommandSpec = {
  name: 'checks list',
  summary: 'the newest checks of versions and candidates',
  declare: (command) => {
    command
      .option('--server <name>', 'only of this server')
      .option('--context-id <id>', 'only of this pull request')
      .addOption(
        new Option('--conclusion <conclusion>', 'only those that ended so').choices(['success', 'failure', 'neutral']),
      );
  },
  connects: 'account',
  examples: ['rollcall checks list --conclusion failure'],
  run: async ({ cli, options }) => {
    const where: CheckWhere = {};
    const [server, contextId, conclusion] = [
      options.text('server'),
      options.text('contextId'),
      options.text('conclusion'),
    ];
    if (server !== undefined) where.server = server;
    if (contextId !== undefined) where.contextId = contextId;
    if (conclusion !== undefined) where.conclusion = conclusion;
    const plane = await cli.controlPlane();
    const { checks } = await plane.execute(CliChecksDocument, { first: 50, where });
    const rows = checks.edges.map(({ node }) => node);
    const lines = rows.map((row) => [
      verdictText(row),
      inline([row.serverName, row.version ?? ''].join(' ').trim()),
      row.waiting > 0 ? `${row.waiting} waiting` : '',
      inline(row.contextId ?? ''),
      dim(row.requestedAt),
      row.id,
    ]);
    const head = ['verdict', 'server', 'approval', 'context', 'asked for', 'id'];
    return { data: { checks: rows }, text: rows.length === 0 ? 'No check.' : table(lines, head) };
  },
};
