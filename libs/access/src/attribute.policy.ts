import { readFileSync } from 'node:fs';
import { ACTIONS, type Action, ORGANIZATION_ROLES, TEAM_ROLES } from './action.catalogue.js';

/** What an action is aimed at, as far as attributes narrow it. Values are the words of {@link ATTRIBUTES}. */
export type TargetAttributes = {
  criticality?: string | undefined;
  dataClass?: string | undefined;
  /** The kind of the environment: `staging` or `production`. */
  environment?: string | undefined;
};

/** One line of policy/attributes.csv. */
export type AttributeRule = {
  rule: string;
  resource: string;
  verb: string;
  attribute: string;
  value: string;
  role: string;
};

/** One attribute of a target, by its name in the rules. */
export type AttributeValue = { attribute: string; value: string };

/** Every attribute with its words. */
export const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  criticality: ['low', 'medium', 'high', 'critical'],
  data_class: ['public', 'internal', 'confidential', 'restricted'],
  environment: ['staging', 'production'],
};

const FILE = new URL('./policy/attributes.csv', import.meta.url);
const WORD = /^[a-z_]+$/;

/** Reads the reviewed attribute rules; a malformed or unknown line is a fault at start, never a rule that is not there. */
export function loadAttributeRules(text = readFileSync(FILE, 'utf8')): AttributeRule[] {
  const rules = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(readLine);
  for (const one of rules) {
    // one name per restriction, so that a refusal can say which rule it was
    const other = rules.find((rule) => rule.rule !== one.rule && keyOfRule(rule) === keyOfRule(one));
    if (other) throw new Error(`two rules for one restriction in attributes.csv: ${one.rule} and ${other.rule}`);
  }
  return rules;
}

function readLine(line: string): AttributeRule {
  const parts = line.split(',').map((part) => part.trim());
  const [rule = '', resource = '', verb = '', attribute = '', value = '', role = ''] = parts;
  if (parts.length !== 6 || !parts.every((word) => WORD.test(word))) {
    throw new Error(`malformed line in attributes.csv: ${line}`);
  }
  if (!(`${resource}.${verb}` in ACTIONS)) throw new Error(`unknown action in attributes.csv: ${line}`);
  if (!Object.hasOwn(ATTRIBUTES, attribute) || !ATTRIBUTES[attribute]?.includes(value)) {
    throw new Error(`unknown attribute in attributes.csv: ${line}`);
  }
  if (![...ORGANIZATION_ROLES, ...TEAM_ROLES].some((known) => known === role)) {
    throw new Error(`unknown role in attributes.csv: ${line}`);
  }
  return { rule, resource, verb, attribute, value, role };
}

/** The attributes of a target as the rules name them. A word nobody knows is a fault: no rule could be right about it. */
export function attributeValues(attributes: TargetAttributes): AttributeValue[] {
  const given: [string, string | undefined][] = [
    ['criticality', attributes.criticality],
    ['data_class', attributes.dataClass],
    ['environment', attributes.environment],
  ];
  return given.flatMap(([attribute, value]) => {
    if (value === undefined) return [];
    if (!ATTRIBUTES[attribute]?.includes(value)) throw new Error(`"${value}" is no ${attribute}`);
    return [{ attribute, value }];
  });
}

/** What a rule restricts, as one word; its parts are words without a space. */
export const restrictionKey = (action: Action, { attribute, value }: AttributeValue): string =>
  `${action} ${attribute} ${value}`;

const keyOfRule = (rule: AttributeRule): string => restrictionKey(`${rule.resource}.${rule.verb}` as Action, rule);
