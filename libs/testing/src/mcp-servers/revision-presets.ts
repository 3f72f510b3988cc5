import type { LegacyRevision, McpServerBehaviour } from './behaviour.js';

/** A server of each released protocol revision, over the transport that revision brought. */
export const REVISION_SERVERS: Record<LegacyRevision | '2026-07-28', McpServerBehaviour> = {
  '2024-11-05': { speaks: 'legacy-sse', revision: '2024-11-05' },
  '2025-03-26': { speaks: 'legacy', revision: '2025-03-26' },
  '2025-06-18': { speaks: 'legacy', revision: '2025-06-18' },
  '2025-11-25': { speaks: 'legacy', revision: '2025-11-25' },
  '2026-07-28': { speaks: 'modern' },
};
