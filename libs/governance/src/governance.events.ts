/** The policy document changed; `payload` is `{ revision }`. */
export const POLICY_SET = 'organization.policy_set';
/** A server is offered to another team; `payload` is `{ transferId, serverId, fromTeamId, toTeamId }`. */
export const SERVER_TRANSFER_REQUESTED = 'server.transfer_requested';
/** A server has another owner; `payload` as above. */
export const SERVER_TRANSFERRED = 'server.transferred';
/** The offer was declined or taken back; `payload` as above. */
export const SERVER_TRANSFER_DECLINED = 'server.transfer_declined';
/** A server goes on under another name; `payload` is `{ serverId, renamedToId }`. */
export const SERVER_RENAMED = 'server.renamed';
