import { CliNoticeMarkReadDocument, CliNoticesDocument, type NoticeKind, type NoticeWhere } from '@rollcall/schema';
import { Option } from 'commander';
import type { CommandSpec } from '../../command-spec.js';
import { entityOf } from '../../connection/control-plane.js';
import { dim, green, inline } from '../../output/style.js';
import { table } from '../../output/table.js';

const KINDS: NoticeKind[] = [
  'deprecated',
  'restored',
  'sunset_approaching',
  'sunset_reached',
  'decommissioned',
  'quarantined',
  'released',
  'unhealthy',
  'recovered',
];

/** What the teams of the caller are told about the versions that their agents use. */
export const noticesCommand: CommandSpec = {
  name: 'notices',
  summary: 'the newest 100 notices about versions that agents of your teams use',
  declare: (command) => {
    command
      .option('--team <slug>', 'only those to this team')
      .option('--agent <slug>', 'only those about this agent')
      .addOption(new Option('--kind <kind>', 'only these').choices(KINDS))
      .option('--unread', 'only those that nobody has read')
      .option('--read <id>', 'mark one as read instead');
  },
  connects: 'account',
  run: async ({ cli, options }) => {
    const plane = await cli.controlPlane();
    const read = options.text('read');
    if (read !== undefined) {
      const { noticeMarkRead: payload } = await plane.execute(CliNoticeMarkReadDocument, { input: { id: read } });
      const notice = entityOf(payload.notice, payload.errors);
      return { data: { notice }, text: `${green('✔')} ${notice.id} is read` };
    }
    const where: NoticeWhere = {};
    const [team, agent, kind] = [options.text('team'), options.text('agent'), options.text('kind')];
    if (team !== undefined) where.team = team;
    if (agent !== undefined) where.agent = agent;
    if (kind !== undefined) where.kind = kind as NoticeKind;
    if (options.flag('unread')) where.unread = true;
    const { notices: page } = await plane.execute(CliNoticesDocument, { where, first: 100 });
    const notices = page.edges.map((edge) => edge.node);
    const rows = notices.map((one) => [
      one.id,
      one.createdAt,
      one.team.slug,
      one.readAt === null ? 'new' : dim('read'),
      inline(one.text),
    ]);
    const text = rows.length === 0 ? 'No notice.' : table(rows, ['id', 'at', 'team', 'is', 'what']);
    return { data: { notices }, text };
  },
};
