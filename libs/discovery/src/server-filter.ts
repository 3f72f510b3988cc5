/** What a page of the catalogue is limited to; absent and null are the same. */
export type ServerFilter = {
  /** Slug of the owner team. */
  team?: string | null | undefined;
  /** Some version is in this state. */
  state?: string | null | undefined;
  /** Some version that has not ended has an endpoint in the environment of this name. */
  environment?: string | null | undefined;
  /** Some version that has not ended has an endpoint of this kind; together with `environment` it is the same endpoint. */
  transport?: 'streamable_http' | 'websocket' | 'stdio' | null | undefined;
  /** What the newest attempt to get in without a token found, for the version that speaks for the server. */
  unauthenticatedAccessRefused?: boolean | null | undefined;
  era?: 'modern' | 'legacy' | null | undefined;
  protocolVersion?: string | null | undefined;
  hasDestructiveTools?: boolean | null | undefined;
  /** No call was counted in that many days, and the server is older than that. */
  unusedForDays?: number | null | undefined;
  /** Some version is held. */
  quarantined?: boolean | null | undefined;
};
