import type { Draft } from './lint-rule.js';
import { eachTool, type LintSubject, NO_ARGUMENTS, offer, type RuleFamily, type RuleText } from './lint-rule.js';
import type { NameStyle } from './rule-set.js';
import type { ToolView } from './tool-view.js';
import { VERBS } from './verbs.catalogue.js';

const tool = (name: string): object => ({ name, description: 'Pays one invoice in full.', inputSchema: NO_ARGUMENTS });
const LONG = 'pay_one_single_invoice_of_one_single_customer_in_full_and_at_once';

const FORM_RULES: readonly RuleText[] = [
  {
    id: 'TOOL_NAME_NOT_PORTABLE',
    severity: 'info',
    title: 'The name has characters that not every model accepts',
    explanation:
      'The protocol allows dots; several model interfaces take letters, digits, "_" and "-" only, and clients rename such tools on the way.',
    before: offer(tool('invoice.pay')),
    after: offer(tool('pay_invoice')),
  },
  {
    id: 'TOOL_NAME_TOO_LONG',
    severity: 'warning',
    title: 'The name is longer than models accept',
    explanation:
      'Model interfaces take 64 characters at most, some of which gateways use for the alias of the server; longer names are cut or refused.',
    before: offer(tool(LONG)),
    after: offer(tool('pay_invoice')),
  },
];

/** The alphabet and length that models take, narrower than those of the protocol. */
export const toolNameForm: RuleFamily = eachTool(FORM_RULES, ({ name }, { options }) => {
  const found: Draft[] = [];
  const at = { tool: name, path: '/name' };
  if (!/^[A-Za-z0-9_-]+$/.test(name)) {
    const message = `The name "${name}" has characters that not every model interface accepts.`;
    found.push({
      ...at,
      ruleId: 'TOOL_NAME_NOT_PORTABLE',
      message,
      hint: `Call it "${name.replace(/[^A-Za-z0-9]+/g, '_')}".`,
    });
  }
  if (name.length > options.maxNameLength) {
    const message = `The name "${name}" has ${name.length} characters, more than ${options.maxNameLength}.`;
    found.push({ ...at, ruleId: 'TOOL_NAME_TOO_LONG', message, hint: 'Shorten it to a verb and an object.' });
  }
  return found;
});

const VERB_RULES: readonly RuleText[] = [
  {
    id: 'TOOL_NAME_NO_VERB',
    severity: 'info',
    title: 'The name does not begin with what the tool does',
    explanation:
      'Models choose by names first; a verb in front says whether something is read, changed or deleted. Words that many names of a server begin with are taken for its name and skipped.',
    before: offer(tool('invoice_payment')),
    after: offer(tool('pay_invoice')),
  },
];

/** Words that begin so many names of a list are its brand, not an action. */
const BRAND_SHARE = 0.6;
const BRAND_MINIMUM = 3;

export const toolNameVerb: RuleFamily = {
  rules: VERB_RULES,
  find: (subject) => {
    const brand = brandOf(subject.tools);
    const verbs = new Set([...VERBS, ...subject.options.verbs]);
    return subject.tools.flatMap(({ name, words }) => {
      const own = words[0] === brand ? words.slice(1) : words;
      if (own.length === 0 || isVerb(own[0] ?? '', verbs)) return [];
      const later = own.find((word) => SURE_VERBS.has(word));
      const hint =
        later === undefined
          ? 'Begin with a verb, such as get, create or delete.'
          : `Put "${later}" in front, if that is what the tool does.`;
      const message = `The name "${name}" does not begin with a verb.`;
      return [{ ruleId: 'TOOL_NAME_NO_VERB', tool: name, path: '/name', message, hint }];
    });
  },
};

/** Words that are never the thing itself; a "request" or "report" may be. */
const SURE_VERBS = new Set(
  'create delete download get list read remove search send set update upload write'.split(' '),
);

/** `isEven`, `has_access`, `can_pay` ask a question; `do2fa` has its verb in front. */
function isVerb(word: string, verbs: ReadonlySet<string>): boolean {
  return (
    verbs.has(word) ||
    ['is', 'has', 'can', 'are', 'to', 'do', 're', 'auto', 'bulk', 'who', 'what', 'how'].includes(word)
  );
}

function brandOf(tools: readonly ToolView[]): string | null {
  const counts = new Map<string, number>();
  for (const { words } of tools) {
    const [first] = words;
    if (first !== undefined && words.length > 1) counts.set(first, (counts.get(first) ?? 0) + 1);
  }
  const [top] = [...counts].sort((a, b) => b[1] - a[1]);
  return top !== undefined && top[1] >= BRAND_MINIMUM && top[1] >= tools.length * BRAND_SHARE ? top[0] : null;
}

const STYLE_RULES: readonly RuleText[] = [
  {
    id: 'TOOL_NAME_STYLE',
    severity: 'info',
    title: 'The name is written in another style than the others',
    explanation:
      'One style within a server lets models, allow lists and people guess names; two styles make near-duplicates easy to overlook.',
    before: offer(tool('pay_invoice'), tool('list_invoices'), tool('getInvoice')),
    after: offer(tool('pay_invoice'), tool('list_invoices'), tool('get_invoice')),
  },
];

/** So many names must agree before the rest counts as different. */
const MAJORITY = 0.6;

export const toolNameStyle: RuleFamily = { rules: STYLE_RULES, find: styleDrafts };

function styleDrafts({ tools, options }: LintSubject): Draft[] {
  const styled = tools.flatMap(({ name, words }) => {
    const style = styleOf(name);
    return style === null ? [] : [{ name, words, style }];
  });
  const wanted = options.nameStyle ?? prevailing(styled.map(({ style }) => style));
  if (wanted === null) return [];
  return styled
    .filter(({ style }) => style !== wanted)
    .map(({ name, words, style }) => ({
      ruleId: 'TOOL_NAME_STYLE',
      tool: name,
      path: '/name',
      message: `The name "${name}" is written in ${style}, ${options.nameStyle ? 'the rule set asks for' : 'the others are in'} ${wanted}.`,
      hint: `Call it "${inStyle(words, wanted)}".`,
    }));
}

/** Null: one word, which fits every style, or a mixture. */
function styleOf(name: string): NameStyle | null {
  if (/^[a-z0-9]+(_[a-z0-9]+)+$/.test(name)) return 'snake_case';
  if (/^[a-z0-9]+(-[a-z0-9]+)+$/.test(name)) return 'kebab-case';
  if (/^[a-z0-9]+(\.[a-zA-Z0-9]+)+$/.test(name)) return 'dotted';
  if (/^[a-z0-9]+([A-Z][a-z0-9]*)+$/.test(name)) return 'camelCase';
  return /^([A-Z][a-z0-9]*){2,}$/.test(name) ? 'PascalCase' : null;
}

function prevailing(styles: readonly NameStyle[]): NameStyle | null {
  if (styles.length < 3) return null;
  const counts = new Map<NameStyle, number>();
  for (const style of styles) counts.set(style, (counts.get(style) ?? 0) + 1);
  const [top] = [...counts].sort((a, b) => b[1] - a[1]);
  return top !== undefined && top[1] >= styles.length * MAJORITY ? top[0] : null;
}

function inStyle(words: readonly string[], style: NameStyle): string {
  const big = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
  if (style === 'camelCase') return words.map((word, index) => (index === 0 ? word : big(word))).join('');
  if (style === 'PascalCase') return words.map(big).join('');
  return words.join({ snake_case: '_', 'kebab-case': '-', dotted: '.' }[style]);
}
