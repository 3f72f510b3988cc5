import type { Action } from '@rollcall/access';

/** The actions behind every mutation. A spec compares this list with the schema: a mutation without an action fails it. */
export const MUTATION_ACTIONS = {
  namespaceClaim: ['namespace.claim'],
  serverPublish: ['version.publish'],
  endpointSet: ['endpoint.set'],
  versionTransition: [
    'version.submit',
    'version.review',
    'version.promote',
    'version.rollback',
    'version.deprecate',
    'version.restore',
    'version.decommission',
    'version.override',
  ],
  exceptionGrant: ['exception.grant'],
  versionQuarantine: ['version.quarantine'],
  versionRelease: ['version.release'],
  inspectionRequest: ['version.inspect'],
  checkRequest: ['version.check'],
  agentCreate: ['agent.create'],
  agentTokenIssue: ['agent.token'],
  grantCreate: ['grant.create'],
  grantRevoke: ['grant.revoke'],
  bundlePublish: ['bundle.publish'],
  gatewayEnroll: ['gateway.enroll'],
} as const satisfies Record<string, readonly Action[]>;

/** The name of a mutation. */
export type MutationName = keyof typeof MUTATION_ACTIONS;
