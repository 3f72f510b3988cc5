import { describe, expect, it } from '@jest/globals';
import { type LintFinding, lintWithTokens } from '@rollcall/lint';
import { contractOfRecord, RECORDED_SERVERS, recordedVersions } from './recorded.js';

/**
 * What lint says about servers that many people use, version by version. Whoever changes a rule reads here what it does to
 * honest tools: no error, and no warning that a maintainer would laugh at.
 */
const DELETIONS = ['delete_entities', 'delete_observations', 'delete_relations'];
const NO_HINTS = DELETIONS.map((tool) => `warning DESTRUCTIVE_HINT_MISSING ${tool} /annotations`);
const WARNED: Readonly<Record<string, string[]>> = {
  '@modelcontextprotocol/server-memory 0.6.2': NO_HINTS,
  '@modelcontextprotocol/server-memory 2025.4.25': NO_HINTS,
  '@modelcontextprotocol/server-memory 2025.9.25': NO_HINTS,
};

const EVERYTHING = RECORDED_SERVERS.flatMap((name) => recordedVersions(name));

describe('lint of recorded servers', () => {
  it.each(EVERYTHING.map((record) => [`${record.package} ${record.version}`, record] as const))(
    '%s has no error, and only warnings that are listed',
    async (name, record) => {
      // what intake leaves out of some of them is a matter of intake
      const { contract } = contractOfRecord(record);
      const found = await lintWithTokens(contract, []);
      const line = ({ severity, ruleId, tool, path }: LintFinding) => `${severity} ${ruleId} ${tool ?? ''} ${path}`;
      expect(found.filter(({ severity }) => severity !== 'info').map(line)).toEqual(WARNED[name] ?? []);
    },
  );
});
