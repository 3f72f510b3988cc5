/**
 * Every action of the product, on one page. A service verb asks for one of them in its first line; specs fail when a
 * GraphQL mutation names no action, and when a role names an unknown one.
 */
export const ACTIONS = {
  'server.read': 'See a server, its versions, contracts, checks and history',
  'namespace.claim': 'Give a namespace to the team that owns it',
  'version.publish': 'Publish a new immutable version of a server',
  'endpoint.set': 'Say where a version runs in an environment',
  'version.inspect': 'Have the worker connect to a version',
  'version.check': 'Have a version checked against a base',
  'version.submit': 'Hand a draft in for review',
  'version.review': 'Approve, return or reject a version in review',
  'version.promote': 'Move an approved version towards production',
  'version.rollback': 'Move a canary back to staging',
  'version.deprecate': 'Announce the end of an active version',
  'version.restore': 'Take an announced end back before it comes',
  'version.decommission': 'End a deprecated version',
  'version.override': 'Decommission although a guard is not met',
  'version.quarantine': 'Stop a version at once',
  'version.release': 'Lift a quarantine',
  'exception.grant': 'Write an expiring exception to one guard',
  'agent.read': 'See agents and what they may call',
  'agent.create': 'Register an agent',
  'agent.token': 'Issue a token to an agent',
  'grant.create': 'Allow an agent to call tools of a server',
  'grant.revoke': 'Take that permission back',
  'gateway.enroll': 'Let a gateway pull the bundles of an environment',
  'gateway.read': 'See gateways and what they run',
  'gateway.report': 'Report status and usage as a gateway',
  'bundle.publish': 'Compile and sign the policy of an environment now',
  'bundle.read': 'See published bundle revisions',
  'bundle.pull': 'Download the signed bundles of an environment',
  'audit.read': 'Read and export the audit log',
} as const;

/** The name of an action: `{resource type}.{verb}`. */
export type Action = keyof typeof ACTIONS;

/** Roles that hold for a whole organization. */
export const ORGANIZATION_ROLES = ['admin', 'security_reviewer', 'auditor', 'gateway'] as const;
/** Roles within one team. */
export const TEAM_ROLES = ['maintainer', 'developer'] as const;
export type OrganizationRole = (typeof ORGANIZATION_ROLES)[number];
export type TeamRole = (typeof TEAM_ROLES)[number];
