import { type Draft, type LintSubject, NO_ARGUMENTS, offer, type RuleFamily, type RuleText } from './lint-rule.js';
import { WordingIndex } from './similar-tools.js';

const tool = (name: string, description: string): object => ({ name, description, inputSchema: NO_ARGUMENTS });
const OURS = tool('pay_invoice', 'Pays one open invoice of a customer in full.');

const FLEET_RULES: readonly RuleText[] = [
  {
    id: 'FLEET_NAME_CONFUSABLE',
    severity: 'warning',
    title: 'The name passes for that of a tool on another server',
    explanation:
      'Names that differ in a letter the eye skips (0 and O, rn and m, one slip of the fingers) are how one tool is called instead of another, by mistake or on purpose.',
    before: offer(tool('pay_lnvoice', 'Settles what a supplier has billed.')),
    after: offer(tool('settle_bill', 'Settles what a supplier has billed.')),
  },
  {
    id: 'FLEET_TOOL_SIMILAR',
    severity: 'warning',
    title: 'A tool of another server says nearly the same',
    explanation:
      'An agent that sees both has no reason to choose the right one. The likeness is the cosine of TF-IDF weights over all tools that the organization runs, in staging or live.',
    before: offer(OURS),
    after: offer(tool('pay_invoice', 'Pays a supplier. For invoices of customers use the billing server.')),
  },
  {
    id: 'FLEET_NAME_TAKEN',
    severity: 'info',
    title: 'A tool of another server has the same name',
    explanation:
      'Gateways put the alias of the server in front, but prompts, people and allow lists often leave it out.',
    before: offer(tool('payInvoice', 'Settles what a supplier has billed.')),
    after: offer(tool('settle_bill', 'Settles what a supplier has billed.')),
  },
];

const RULE_OF = {
  confusable_name: 'FLEET_NAME_CONFUSABLE',
  same_name: 'FLEET_NAME_TAKEN',
  similar_wording: 'FLEET_TOOL_SIMILAR',
} as const;
const SAYS = {
  confusable_name: 'has a name that passes for',
  same_name: 'has the same name as',
  similar_wording: 'says nearly the same as',
} as const;

/** What the fleet has already; found by whoever knows the fleet, judged like every other finding. */
export const fleetOverlap: RuleFamily = {
  rules: FLEET_RULES,
  find: ({ fleet }) =>
    fleet.map(({ tool: name, kind, other, score }): Draft => {
      const share = kind === 'similar_wording' ? ` (${Math.round(score * 100)} %)` : '';
      return {
        ruleId: RULE_OF[kind],
        tool: name,
        path: kind === 'similar_wording' ? '/description' : '/name',
        message: `Tool "${name}" ${SAYS[kind]} "${other.tool}" of ${other.server}${share}.`,
        hint:
          kind === 'similar_wording'
            ? 'Say what sets it apart, or use the other tool.'
            : 'Choose a name that cannot be taken for it.',
        evidence: `${other.server} ${other.tool}`,
      };
    }),
};

const TWIN_RULES: readonly RuleText[] = [
  {
    id: 'TOOLS_HARD_TO_TELL_APART',
    severity: 'info',
    title: 'Two tools of the server read alike and neither says when to use it',
    explanation: 'Where two descriptions are alike, the sentence that says when to use which is the one a model needs.',
    before: offer(OURS, tool('pay_invoices', 'Pays open invoices of a customer in full.')),
    after: offer(
      OURS,
      tool('pay_invoices', 'Pays all open invoices of a customer in full. Use it instead of pay_invoice for several.'),
    ),
  },
];

const TWINS = 0.9;
/** Comparing all with all: larger lists have other worries. */
const MOST_TOOLS = 1_000;
const SAYS_WHEN =
  /\b(?:use (?:this|it|when|only|for)|when(?:ever)?\b|instead of|unlike|prefer|only (?:if|when|for)|in contrast|rather than|should be used)\b/i;

export const twins: RuleFamily = { rules: TWIN_RULES, find: twinDrafts };

function twinDrafts({ tools }: LintSubject): Draft[] {
  const said = tools.filter(({ description }) => description.length >= 24).slice(0, MOST_TOOLS);
  const index = new WordingIndex(
    said.map((one) => ({
      name: one.name,
      text: one.description,
      helps: SAYS_WHEN.test(one.description.slice(0, 4_000)),
    })),
  );
  return said.flatMap((one): Draft[] => {
    if (SAYS_WHEN.test(one.description.slice(0, 4_000))) return [];
    // told of the later of the two
    const [twin] = index.alike(
      { name: one.name, text: one.description },
      TWINS,
      (item) => item.name < one.name && !item.helps,
    );
    if (twin === undefined) return [];
    const message = `Tools "${one.name}" and "${twin.item.name}" read alike, and neither says when to use it.`;
    const hint = `Say in both descriptions when to use which: "Use ${one.name} when ...".`;
    return [
      {
        ruleId: 'TOOLS_HARD_TO_TELL_APART',
        tool: one.name,
        path: '/description',
        message,
        hint,
        evidence: twin.item.name,
      },
    ];
  });
}
