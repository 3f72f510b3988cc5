export * from './access.errors.js';
export * from './access.module.js';
export { buildEnforcer, loadRoleRules, type RoleLink, type RoleRule, splitAction } from './access.policy.js';
export * from './access.service.js';
export { AccessStore, type TokenOwner } from './access.store.prisma.js';
export * from './action.catalogue.js';
export { type OrganizationPlan, OrganizationSetup, type PrincipalPlan } from './organization.setup.js';
export * from './runtime.module.js';
export * from './token.service.js';
