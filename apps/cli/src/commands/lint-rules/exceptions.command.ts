import { CliLintExceptionsDocument, type CliLintExceptionsQuery } from '@rollcall/schema';
import type { CommandOutcome, CommandSpec, Invocation } from '../../command-spec.js';
import { dim, inline } from '../../output/style.js';
import { table } from '../../output/table.js';

type Exception = CliLintExceptionsQuery['lintExceptions']['edges'][number]['node'];

/** What is let pass. */
export const rulesExceptionsCommand: CommandSpec = {
  name: 'rules exceptions',
  summary: 'which findings are let pass, where and until when',
  declare: (command) => {
    command.argument('[name]', 'NAME of a server').option('--all', 'also those that are over');
  },
  connects: 'account',
  run: list,
};

/** Pages that are read at most; a longer list is read through the API. */
const MOST_PAGES = 20;

async function list({ cli, args: [name], options }: Invocation): Promise<CommandOutcome> {
  const plane = await cli.controlPlane();
  const filter = { ...(name ? { server: { byName: name } } : {}), ...(options.flag('all') ? {} : { active: true }) };
  const exceptions: Exception[] = [];
  let after: string | null | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const variables = { ...filter, ...(after ? { after } : {}) };
    const { lintExceptions } = await plane.execute(CliLintExceptionsDocument, variables);
    exceptions.push(...lintExceptions.edges.map(({ node }) => node));
    after = lintExceptions.pageInfo.hasNextPage ? lintExceptions.pageInfo.endCursor : null;
    if (!after) break;
  }
  if (exceptions.length === 0) return { data: { exceptions }, text: 'no exceptions' };
  return { data: { exceptions }, text: table(exceptions.map(row)) };
}

function row({ id, serverName, tool, rule, expiresAt, revokedAt, reason, grantedByHandle }: Exception): string[] {
  const end = revokedAt ? `revoked ${revokedAt}` : `until ${expiresAt}`;
  return [
    dim(id),
    ...[serverName, tool ?? '*', rule, end, `${reason} (${grantedByHandle})`].map((cell) => inline(cell)),
  ];
}
