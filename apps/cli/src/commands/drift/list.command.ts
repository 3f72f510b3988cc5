import { CliDriftFindingsDocument, type DriftStatus, type DriftWhere } from '@rollcall/schema';
import { Option } from 'commander';
import type { CommandSpec } from '../../command-spec.js';
import { EXIT } from '../../errors/exit-codes.js';
import { green, inline } from '../../output/style.js';
import { table } from '../../output/table.js';
import { driftKind, driftStatus, driftSubject, driftVerdict } from './drift-text.js';

/** Where what runs is not what was approved. */
export const driftListCommand: CommandSpec = {
  name: 'drift list',
  summary: 'the newest 100 findings of drift; exits 1 when one is open',
  declare: (command) => {
    command
      .option('--server <name>', 'only of this server')
      .option('--env <name>', 'only in this environment')
      .addOption(
        new Option('--status <status>', 'only these').choices(['open', 'dismissed', 'resolved', 'all']).default('open'),
      );
  },
  connects: 'account',
  examples: ['rollcall drift list --env production'],
  run: async ({ cli, options }) => {
    const plane = await cli.controlPlane();
    const where: DriftWhere = {};
    const [server, environment, status] = [options.text('server'), options.text('env'), options.text('status')];
    if (server !== undefined) where.server = server;
    if (environment !== undefined) where.environment = environment;
    if (status !== 'all') where.status = status as DriftStatus;
    const { driftFindings: page } = await plane.execute(CliDriftFindingsDocument, { where, first: 100 });
    const findings = page.edges.map((edge) => edge.node);
    const rows = findings.map((one) => [
      one.id,
      inline(driftSubject(one)),
      inline(one.environment ?? 'manifest'),
      inline(driftKind(one)),
      driftVerdict(one),
      driftStatus(one),
      one.lastSeenAt,
    ]);
    const head = ['id', 'version', 'where', 'what', 'difference', 'is', 'last seen'];
    const text = rows.length === 0 ? `${green('✔')} No drift.` : table(rows, head);
    const open = findings.some((one) => one.status === 'open');
    return { data: { findings }, text, ...(open ? { exitCode: EXIT.no } : {}) };
  },
};
