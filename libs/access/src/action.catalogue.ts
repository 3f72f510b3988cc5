/**
 * Every action of the product, on one page. A service verb asks for one of them in its first line; specs fail when a
 * GraphQL mutation names no action, and when a role names an unknown one.
 */
export const ACTIONS = {
  'server.read': 'See a server, its versions, contracts, checks and history',
  'namespace.claim': 'Give a namespace to the team that owns it',
  'namespace.prove': 'Show by its domain that a namespace belongs to the own team',
  'version.publish': 'Publish a new immutable version of a server',
  'mirror.read': 'See which other registries are mirrored',
  'mirror.manage': 'Choose which other registries are mirrored',
  'catalogue.export': 'Export what the organization has approved: allow lists for clients, portal entities',
  'catalogue.share': 'Open or close the path under which anybody who knows it reads the catalogue',
  'environment.create': 'Make an environment with a bundle and gateways of its own',
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
  'version.break_glass': 'Ask for a step although a guard fails',
  'version.break_glass_confirm': 'Confirm, as a second administrator, a step although a guard fails',
  'version.break_glass_cancel': 'Take back or turn down a break-glass request',
  'server.transfer': 'Offer a server to another team',
  'server.receive': 'Accept or decline a server that another team offers',
  'server.rename': 'Say under which name a server goes on',
  'policy.read': 'Read the policy document and its history',
  'policy.set': 'Decide the policy document',
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
  'team.read': 'See teams and their members',
  'team.create': 'Make a team',
  'team.rename': 'Change the display name of a team',
  'team.delete': 'Delete a team that owns nothing',
  'team.member': 'Say who is in a team, and as what',
  'principal.read': 'See all people and service accounts with their e-mail addresses',
  'user.create': 'Make an account for a person',
  'service_account.create': 'Make an account for a pipeline or another program',
  'principal.disable': 'Lock an account out',
  'principal.enable': 'Let a disabled account in again',
  'role.assign': 'Give a role in the whole organization',
  'role.revoke': 'Take such a role away',
  'server.attributes': 'Say how critical a server is and what class of data it handles',
  'token.manage': 'Make, rotate and revoke tokens of service accounts',
  'token.own': 'Make, rotate and revoke tokens of oneself; every person may, a limited token only with this scope',
  'federation.read': 'See which tokens of other issuers are accepted',
  'federation.create': 'Accept tokens of another issuer in place of our own',
  'federation.revoke': 'Stop accepting them',
  'webhook.manage': 'Make, change, test and read webhooks and what was delivered',
  'notice.read': 'Read what the owners of agents are told, and mark it as read',
} as const;

/** The name of an action: `{resource type}.{verb}`. */
export type Action = keyof typeof ACTIONS;

/** Roles that hold for a whole organization. */
export const ORGANIZATION_ROLES = [
  'admin',
  'security_reviewer',
  'auditor',
  'gateway',
  'release_approver',
  'member',
] as const;
/** Roles within one team. */
export const TEAM_ROLES = ['maintainer', 'developer'] as const;
export type OrganizationRole = (typeof ORGANIZATION_ROLES)[number];
export type TeamRole = (typeof TEAM_ROLES)[number];
