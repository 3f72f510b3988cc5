import type { Client } from '@modelcontextprotocol/client';
import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import type { Observation } from './inspection.js';
import type { SessionTape } from './session-tape.js';

const SERVER_INFO_META = 'io.modelcontextprotocol/serverInfo';

export type Introduction = Pick<
  Observation,
  'era' | 'protocolVersion' | 'serverInfo' | 'instructions' | 'capabilities'
>;

/** What the server said when it introduced itself, read from its own words: `initialize` or `server/discover`. */
export function introductionOf(client: Client, tape: SessionTape): Introduction {
  const era = client.getProtocolEra() ?? null;
  const result = tape.answerTo(era === 'modern' ? 'server/discover' : 'initialize')?.['result'];
  const said: JsonObject = isJsonObject(result) ? result : {};
  const meta = objectOr(said['_meta'], {});
  const serverInfo = era === 'modern' ? meta[SERVER_INFO_META] : said['serverInfo'];
  return {
    era,
    protocolVersion: client.getNegotiatedProtocolVersion() ?? null,
    serverInfo: isJsonObject(serverInfo) ? serverInfo : null,
    instructions: typeof said['instructions'] === 'string' ? said['instructions'] : null,
    capabilities: objectOr(said['capabilities'], {}),
  };
}

function objectOr(value: JsonValue | undefined, fallback: JsonObject): JsonObject {
  return isJsonObject(value) ? value : fallback;
}
