/** Outbox topics of this feature; payloads carry ids, never names or secrets. */
export const IDENTITY_TOPICS = [
  'team.created',
  'team.renamed',
  'team.deleted',
  'team.member_set',
  'team.member_removed',
  'principal.created',
  'principal.disabled',
  'principal.enabled',
  'role.assigned',
  'role.revoked',
  'server.attributes_set',
  'token.created',
  'token.rotated',
  'token.revoked',
  'federation.rule_created',
  'federation.rule_revoked',
  'federation.exchanged',
] as const;

/** One of {@link IDENTITY_TOPICS}. */
export type IdentityTopic = (typeof IDENTITY_TOPICS)[number];
