import { describe, expect, it } from '@jest/globals';
import { readContract } from '@rollcall/contract';
import type { LintOptions } from './index.js';
import { FleetIndex, LINT_RULES, lintTools } from './index.js';

/** What an example needs beside its list. */
const FLEET = [
  {
    server: 'com.example.billing/invoices',
    name: 'pay_invoice',
    text: 'Pays one open invoice of a customer in full.',
  },
];
const BESIDE: Readonly<Record<string, (text: string) => LintOptions>> = {
  TOOL_TOKENS_OVER_BUDGET: () => ({ tokens: (text) => text.length / 4, rules: { options: { toolTokenBudget: 45 } } }),
  LIST_TOKENS_OVER_BUDGET: () => ({ tokens: (text) => text.length / 4, rules: { options: { listTokenBudget: 45 } } }),
};

function found(id: string, text: string): string[] {
  const read = readContract(text);
  if (!read.ok) return [read.error.code];
  const { contract, issues } = read.value;
  const fleet = id.startsWith('FLEET_')
    ? new FleetIndex(FLEET).matches(new Set(['com.example/own']), contract, 0.85)
    : [];
  return lintTools(contract, issues, { fleet, ...BESIDE[id]?.(text) }).map(({ ruleId }) => ruleId);
}

/** What a file of a few lines cannot show. */
const ONLY_LIVE = new Set(['TOO_LARGE', 'MALFORMED']);

describe('the rules', () => {
  it('have ids of their own', () => {
    expect(new Set(LINT_RULES.map(({ id }) => id)).size).toBe(LINT_RULES.length);
  });

  it.each(LINT_RULES.filter(({ id }) => !ONLY_LIVE.has(id)).map((rule) => [rule.id, rule] as const))(
    '%s is found in its example and not in the mended one',
    (id, { before, after }) => {
      expect(found(id, before)).toContain(id);
      expect(found(id, after)).not.toContain(id);
    },
  );
});
