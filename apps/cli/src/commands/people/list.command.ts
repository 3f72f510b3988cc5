import { CliPrincipalsDocument, type CliPrincipalsQuery } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { inline } from '../../output/style.js';
import { table } from '../../output/table.js';

type Person = CliPrincipalsQuery['principals']['edges'][number]['node'];

/** Most accounts one call reads. */
const MOST = 5_000;

/** Lists accounts with their roles. */
export const peopleListCommand: CommandSpec = {
  name: 'people list',
  summary: 'people and service accounts, with their roles and teams',
  declare: (command) => {
    command
      .option('--search <text>', 'part of handle, name or e-mail address')
      .option('--disabled', 'only disabled ones');
  },
  connects: 'account',
  run: async ({ cli, options }) => {
    const plane = await cli.controlPlane();
    const where = { search: options.text('search') ?? null, disabled: options.flag('disabled') ? true : null };
    const people: Person[] = [];
    let after: string | null = null;
    do {
      const { principals }: CliPrincipalsQuery = await plane.execute(CliPrincipalsDocument, { after, where });
      people.push(...principals.edges.map((edge) => edge.node));
      after = principals.pageInfo.hasNextPage ? (principals.pageInfo.endCursor ?? null) : null;
    } while (after !== null && people.length < MOST);
    const rows = people.map((one) => [
      one.handle,
      one.kind,
      inline(one.displayName),
      [...one.roles, ...one.memberships.map((member) => `${member.role} of ${member.team.slug}`)].join(', ') || '-',
      one.disabledAt === null ? '' : 'disabled',
    ]);
    const text = rows.length === 0 ? 'Nobody.' : table(rows, ['handle', 'kind', 'name', 'roles', '']);
    return { data: { people }, text };
  },
};
