export * from './access.errors.js';
export * from './access.module.js';
export { buildEnforcer, loadRoleRules, type RoleLink, type RoleRule, splitAction } from './access.policy.js';
export * from './access.service.js';
export { AccessStore, type RolesOfPrincipal, type TokenOwner } from './access.store.prisma.js';
export * from './action.catalogue.js';
export {
  ATTRIBUTES,
  type AttributeRule,
  attributeValues,
  loadAttributeRules,
  type TargetAttributes,
} from './attribute.policy.js';
export { type OrganizationPlan, OrganizationSetup, type PrincipalPlan } from './organization.setup.js';
export { decisionsOf, type HeldRoles, type RoleDecisions } from './role-decisions.js';
export * from './runtime.module.js';
export * from './token.service.js';
