import { readFileSync } from 'node:fs';
import { type Enforcer, newEnforcer, newModelFromString } from 'casbin';
import { ACTIONS, type Action, ORGANIZATION_ROLES, TEAM_ROLES } from './action.catalogue.js';
import { loadAttributeRules } from './attribute.policy.js';

/** One line of policy/roles.csv. */
export type RoleRule = { role: string; resource: string; verb: string };

/** That a principal holds a role in a domain: an organization's id or a team's id. */
export type RoleLink = { principalId: string; role: string; domain: string };

const POLICY_DIR = new URL('./policy/', import.meta.url);
const WORD = /^[a-z_]+$|^\*$/;

/** Reads the reviewed roles file; a malformed or unknown line is a fault at start, never a silent grant. */
export function loadRoleRules(text = readFileSync(new URL('roles.csv', POLICY_DIR), 'utf8')): RoleRule[] {
  const roles = new Set<string>([...ORGANIZATION_ROLES, ...TEAM_ROLES]);
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [role = '', resource = '', verb = '', ...rest] = line.split(',').map((part) => part.trim());
      if (rest.length > 0 || ![role, resource, verb].every((word) => WORD.test(word))) {
        throw new Error(`malformed line in roles.csv: ${line}`);
      }
      if (!roles.has(role)) throw new Error(`unknown role in roles.csv: ${line}`);
      if (resource !== '*' && !(`${resource}.${verb}` in ACTIONS)) {
        throw new Error(`unknown action in roles.csv: ${line}`);
      }
      return { role, resource, verb };
    });
}

const MODEL_TEXT = readFileSync(new URL('model.conf', POLICY_DIR), 'utf8');
const RULES = loadRoleRules();
const ATTRIBUTE_RULES = loadAttributeRules();

/**
 * Builds an enforcer from the rules and some links. Both go into the model as arrays: casbin's own adapters join columns to
 * CSV and parse them again, so that a comma in a name becomes a grant. Rules never change while a process lives, and an
 * enforcer's links never change at all: there is nothing to reload, and no moment in which half of them are loaded.
 */
export async function buildEnforcer(links: readonly RoleLink[]): Promise<Enforcer> {
  const model = newModelFromString(MODEL_TEXT);
  for (const rule of RULES) model.addPolicy('p', 'p', [roleName(rule.role), rule.resource, rule.verb]);
  for (const { role, resource, verb, attribute, value } of ATTRIBUTE_RULES)
    model.addPolicy('p', 'p2', [roleName(role), resource, verb, attribute, value]);
  for (const link of links) model.addPolicy('g', 'g', [link.principalId, roleName(link.role), link.domain]);
  const enforcer = await newEnforcer(model);
  await enforcer.buildRoleLinks();
  return enforcer;
}

/** For casbin a subject holds the role of its own name: roles have names that no principal's id can be. */
const roleName = (role: string): string => `role:${role}`;

/** Splits an action into casbin's object and act. */
export function splitAction(action: Action): { resource: string; verb: string } {
  const [resource = '', verb = ''] = action.split('.');
  return { resource, verb };
}
