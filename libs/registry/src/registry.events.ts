/** Outbox topics of this feature: `payload` is `{ versionId }`. */
export const VERSION_PUBLISHED = 'version.published';
/** Somebody said where a version runs; `payload` is `{ versionId, environmentId }`. */
export const ENDPOINT_SET = 'endpoint.set';
/** Something a policy is compiled from has changed; `payload` is `{ organizationId }`. */
export const POLICY_CHANGED = 'policy.changed';

/** A team became the owner of a namespace; `payload` is `{ namespaceId }`. */
export const NAMESPACE_CLAIMED = 'namespace.claimed';

/** The outbox event that has the organization's policy compiled again. */
export const policyChanged = (organizationId: string) => ({
  organizationId,
  topic: POLICY_CHANGED,
  payload: { organizationId },
});
