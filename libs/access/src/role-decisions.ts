import { EnforceContext, type Enforcer } from 'casbin';
import { buildEnforcer, type RoleLink, splitAction } from './access.policy.js';
import { ACTIONS, type Action, ORGANIZATION_ROLES, TEAM_ROLES } from './action.catalogue.js';
import { type AttributeValue, loadAttributeRules, restrictionKey } from './attribute.policy.js';

/** The roles that count for one decision: in the organization, and in the team that the target belongs to. */
export type HeldRoles = { organization: ReadonlySet<string>; team: ReadonlySet<string> };

/** Stand-ins of the model: no name of the database gets into an enforcer. */
const CALLER = 'caller';
const ORGANIZATION = 'organization';
const TEAM = 'team';
const ATTRIBUTE_CONTEXT = ['r2', 'p2', 'e2', 'm2'] as const;

const RESTRICTIONS = new Map(
  loadAttributeRules().map((one) => [restrictionKey(`${one.resource}.${one.verb}` as Action, one), one.rule]),
);

/**
 * What one combination of roles may do. A decision depends on nothing but role names, an action and attributes, all of them
 * closed lists: so one enforcer per combination serves every principal, team and organization, and holds no id of any.
 * There are at most 2^roles of them, and what each has decided once it remembers.
 */
export class RoleDecisions {
  private readonly decided = new Map<string, boolean>();

  private constructor(private readonly enforcer: Enforcer) {}

  static async of(held: HeldRoles): Promise<RoleDecisions> {
    const links = (roles: ReadonlySet<string>, domain: string): RoleLink[] =>
      [...roles].map((role) => ({ principalId: CALLER, role, domain }));
    return new RoleDecisions(
      await buildEnforcer([...links(held.organization, ORGANIZATION), ...links(held.team, TEAM)]),
    );
  }

  /** True when one of the roles has the action. */
  allows(action: Action): boolean {
    if (!Object.hasOwn(ACTIONS, action)) return false;
    return this.once(action, () => {
      const { resource, verb } = splitAction(action);
      return [ORGANIZATION, TEAM].some((domain) => this.enforcer.enforceSync(CALLER, domain, resource, verb));
    });
  }

  /** The name of the attribute rule that stands in the way, or null. */
  refusingRule(action: Action, attributes: readonly AttributeValue[]): string | null {
    for (const one of attributes) {
      const key = restrictionKey(action, one);
      const rule = RESTRICTIONS.get(key);
      if (rule !== undefined && !this.once(key, () => this.suffices(action, one))) return rule;
    }
    return null;
  }

  private suffices(action: Action, { attribute, value }: AttributeValue): boolean {
    const { resource, verb } = splitAction(action);
    const context = new EnforceContext(...ATTRIBUTE_CONTEXT);
    return this.enforcer.enforceSync(context, CALLER, resource, verb, attribute, value);
  }

  private once(key: string, decide: () => boolean): boolean {
    const known = this.decided.get(key);
    if (known !== undefined) return known;
    const decision = decide();
    this.decided.set(key, decision);
    return decision;
  }
}

const COMBINATIONS = new Map<string, Promise<RoleDecisions>>();

/** The decisions of a combination. Roles that are not in the catalogue, or not of that kind of domain, count for nothing. */
export function decisionsOf(held: HeldRoles): Promise<RoleDecisions> {
  const organization = ORGANIZATION_ROLES.filter((role) => held.organization.has(role));
  const team = TEAM_ROLES.filter((role) => held.team.has(role));
  const key = `${organization.join(' ')}/${team.join(' ')}`;
  let decisions = COMBINATIONS.get(key);
  if (!decisions) {
    decisions = RoleDecisions.of({ organization: new Set(organization), team: new Set(team) });
    COMBINATIONS.set(key, decisions);
  }
  return decisions;
}
