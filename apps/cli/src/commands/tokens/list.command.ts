import { CliApiTokensDocument, type CliApiTokensQuery } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { inline } from '../../output/style.js';
import { table } from '../../output/table.js';

type Token = CliApiTokensQuery['apiTokens']['edges'][number]['node'];

/** Most tokens one call reads. */
const MOST = 5_000;

/** Lists tokens: what is known of them, never the tokens. */
export const tokensListCommand: CommandSpec = {
  name: 'tokens list',
  summary: 'your API tokens and those you manage',
  declare: (command) => {
    command.option('--of <handle>', 'only those of this account').option('--ended', 'revoked and expired ones too');
  },
  connects: 'account',
  run: async ({ cli, options }) => {
    const plane = await cli.controlPlane();
    const where = { principal: options.text('of') ?? null, ended: options.flag('ended') };
    const tokens: Token[] = [];
    let after: string | null = null;
    do {
      const { apiTokens }: CliApiTokensQuery = await plane.execute(CliApiTokensDocument, { after, where });
      tokens.push(...apiTokens.edges.map((edge) => edge.node));
      after = apiTokens.pageInfo.hasNextPage ? (apiTokens.pageInfo.endCursor ?? null) : null;
    } while (after !== null && tokens.length < MOST);
    const rows = tokens.map((token) => [
      token.id,
      token.principal.handle,
      inline(token.name),
      token.scopes.join(', '),
      token.revokedAt === null ? `until ${token.expiresAt ?? 'revoked'}` : `revoked ${token.revokedAt}`,
      `last used ${token.lastUsedAt ?? 'never'}`,
    ]);
    const text = rows.length === 0 ? 'No token.' : table(rows, ['id', 'of', 'name', 'scopes', '', '']);
    return { data: { tokens }, text };
  },
};
