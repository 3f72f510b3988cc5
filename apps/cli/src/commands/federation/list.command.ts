import { CliFederationRulesDocument } from '@rollcall/schema';
import type { CommandSpec } from '../../command-spec.js';
import { inline } from '../../output/style.js';
import { table } from '../../output/table.js';

/** Lists which tokens of other issuers are accepted. */
export const federationListCommand: CommandSpec = {
  name: 'federation list',
  summary: 'which tokens of other issuers are accepted, and as whom',
  connects: 'account',
  run: async ({ cli }) => {
    const { federationRules: rules } = await (await cli.controlPlane()).execute(CliFederationRulesDocument, {});
    const rows = rules.map((rule) => [
      rule.id,
      rule.name,
      rule.principal.handle,
      inline(rule.issuer),
      inline(rule.claims.map(({ claim, matches }) => `${claim}=${matches}`).join(' ')),
      rule.revokedAt === null ? '' : 'revoked',
    ]);
    const text = rows.length === 0 ? 'No rule.' : table(rows, ['id', 'name', 'is', 'issuer', 'claims', '']);
    return { data: { rules }, text };
  },
};
