import type { Contract, Member } from '@rollcall/contract';
import type { TokenCounter } from './lint-finding.js';
import { type Draft, type LintSubject, NO_ARGUMENTS, offer, type RuleFamily, type RuleText } from './lint-rule.js';
import { own } from './tool-view.js';

const tool = (description: string): string => offer({ name: 'pay_invoice', description, inputSchema: NO_ARGUMENTS });
const BEFORE = tool(
  'Pays one open invoice in full. (And then two thousand words more, which every call carries along.)',
);
const AFTER = tool('Pays one open invoice in full.');

const RULES: readonly RuleText[] = [
  {
    id: 'TOOL_TOKENS_OVER_BUDGET',
    severity: 'warning',
    title: 'The definition of a tool costs more tokens than the budget',
    explanation:
      'A model is given every definition with every request, whether it uses the tool or not. Counted with o200k_base over name, description and input schema; the budget is an option of the rule set.',
    before: BEFORE,
    after: AFTER,
  },
  {
    id: 'LIST_TOKENS_OVER_BUDGET',
    severity: 'warning',
    title: 'The list of tools costs more tokens than the budget',
    explanation:
      'The sum over all tools is gone from the context before the work begins; the more there is to read, the worse models choose.',
    before: BEFORE,
    after: AFTER,
  },
];

/** What one tool costs, and the whole list: what is told beside the findings. */
export type TokenCost = { tools: { name: string; tokens: number }[]; total: number };

/** Tokens of every definition, the dearest first. */
export function tokenCost(contract: Contract, tokens: TokenCounter): TokenCost {
  const tools = contract.members
    .filter((member) => member.kind === 'tool')
    .map((member) => ({ name: member.name, tokens: tokens(toolText(member)) }))
    .sort((a, b) => b.tokens - a.tokens);
  return { tools, total: tools.reduce((sum, one) => sum + one.tokens, 0) };
}

/**
 * True when the list cannot be over a budget whatever is in it: a token has at least one byte. Then nobody has to load the
 * table of tokens.
 */
export function certainlyWithinBudget(
  contract: Contract,
  budget: { toolTokenBudget: number; listTokenBudget: number },
): boolean {
  const bytes = contract.members
    .filter((member) => member.kind === 'tool')
    .map((member) => new TextEncoder().encode(toolText(member)).length);
  const total = bytes.reduce((sum, one) => sum + one, 0);
  return total <= budget.listTokenBudget && bytes.every((one) => one <= budget.toolTokenBudget);
}

/** What clients hand to models of a tool. */
function toolText({ name, definition }: Member): string {
  const text = {
    name,
    description: own(definition, 'description') ?? '',
    parameters: own(definition, 'inputSchema') ?? {},
  };
  return JSON.stringify(text);
}

export const tokenBudgets: RuleFamily = { rules: RULES, find: budgetDrafts };

function budgetDrafts({ contract, tokens, options }: LintSubject): Draft[] {
  if (tokens === null || certainlyWithinBudget(contract, options)) return [];
  const cost = tokenCost(contract, tokens);
  const dear = cost.tools.filter((one) => one.tokens > options.toolTokenBudget);
  const found = dear.map(
    ({ name, tokens: used }): Draft => ({
      ruleId: 'TOOL_TOKENS_OVER_BUDGET',
      tool: name,
      path: '',
      message: `The definition of tool "${name}" costs ${used} tokens; the budget is ${options.toolTokenBudget}.`,
      hint: 'Shorten descriptions, and move what only some calls need into a resource or a tool of its own.',
    }),
  );
  if (cost.total <= options.listTokenBudget) return found;
  const largest = cost.tools.slice(0, 3).map(({ name, tokens: used }) => `"${name}" ${used}`);
  const message = `The ${cost.tools.length} tools cost ${cost.total} tokens; the budget is ${options.listTokenBudget}. The largest: ${largest.join(', ')}.`;
  const hint = 'Split the server, or shorten the largest definitions.';
  return [...found, { ruleId: 'LIST_TOKENS_OVER_BUDGET', tool: null, path: '', message, hint }];
}
