import type { JsonObject } from '@rollcall/kernel';
import { SERVER_SCHEMA_2025_10_11 } from './server-schema-2025-10-11.data.js';

/** The released `server.json` schema of 2025-10-17: it differs from the one six days older in its identifier only. */
export const SERVER_SCHEMA_2025_10_17: JsonObject = {
  ...SERVER_SCHEMA_2025_10_11,
  $id: 'https://static.modelcontextprotocol.io/schemas/2025-10-17/server.schema.json',
};
