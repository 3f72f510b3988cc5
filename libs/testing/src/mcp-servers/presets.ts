import type { JsonObject, JsonValue } from '@rollcall/kernel';
import { GREET_TOOL, type McpServerBehaviour, type Script, type ScriptedAnswer } from './behaviour.js';

/** A literal JSON-RPC result, with the members the modern era requires of every list. */
export function jsonAnswer(id: JsonValue, result: JsonObject): ScriptedAnswer {
  const body = { jsonrpc: '2.0', id, result: { resultType: 'complete', ttlMs: 0, cacheScope: 'private', ...result } };
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** A literal JSON-RPC error. */
export function errorAnswer(id: JsonValue, code: number, message: string): ScriptedAnswer {
  return {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id, error: { code, message } }),
  };
}

const listOf =
  (tools: JsonValue[]): Script =>
  ({ id }) =>
    jsonAnswer(id, { tools });

const wireTool: JsonObject = { name: GREET_TOOL.name, description: 'Greets.', inputSchema: GREET_TOOL.inputSchema };

/** Lists one good tool and one broken one: the SDK's typed client refuses the whole list. */
export function malformedList(defect: 'no-input-schema' | 'null-description'): McpServerBehaviour {
  const broken: JsonObject =
    defect === 'no-input-schema'
      ? { name: 'broken', description: 'Has no schema.' }
      : { ...wireTool, name: 'broken', description: null };
  return { scripts: { 'tools/list': listOf([wireTool, broken]) } };
}

/** Declares an `x-mcp-header` the protocol forbids, so that conforming clients do not show the tool. */
export function hiddenTool(): McpServerBehaviour {
  const inputSchema = { type: 'object', properties: { region: { type: 'array', 'x-mcp-header': 'Region' } } };
  return { scripts: { 'tools/list': listOf([wireTool, { name: 'hidden', description: 'Never seen.', inputSchema }]) } };
}

/** Pages without end: every page has a next one, either always the same cursor or a new one each time. */
export function endlessPages(cursor: 'repeating' | 'fresh'): McpServerBehaviour {
  const page: Script = ({ id, call }) =>
    jsonAnswer(id, {
      tools: [{ ...wireTool, name: `greet_${call}` }],
      nextCursor: cursor === 'repeating' ? 'again' : `page-${call}`,
    });
  return { scripts: { 'tools/list': page } };
}

/** Answers `tools/list` with a document of this many bytes, streamed: the server itself never holds it. */
export function hugeFrame(bytes: number, as: 'document' | 'event' = 'document'): McpServerBehaviour {
  async function* flood(id: JsonValue): AsyncGenerator<string> {
    const block = 'x'.repeat(65_536);
    yield `${as === 'event' ? 'event: message\ndata: ' : ''}{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"tools":[],"filler":"`;
    for (let sent = 0; sent < bytes; sent += block.length) yield block;
    yield `"}}${as === 'event' ? '\n\n' : ''}`;
  }
  const type = as === 'event' ? 'text/event-stream' : 'application/json';
  return { scripts: { 'tools/list': ({ id }) => ({ headers: { 'content-type': type }, body: flood(id) }) } };
}

/** Negotiates a protocol version that does not exist. */
export function lyingAboutVersion(version = '1999-01-01'): McpServerBehaviour {
  const said = { capabilities: { tools: {} }, serverInfo: { name: 'liar', version: '1.0.0' } };
  return {
    scripts: {
      'server/discover': ({ id }) => errorAnswer(id, -32601, 'Method not found'),
      initialize: ({ id }) => jsonAnswer(id, { ...said, protocolVersion: version }),
    },
  };
}

/** Shakes hands, then fails on the list: why health must include `tools/list`. */
export function failingList(status = 500): McpServerBehaviour {
  return { scripts: { 'tools/list': () => ({ status, body: 'Already connected to a transport' }) } };
}

/** Accepts every request and answers none. */
export function neverAnswering(): McpServerBehaviour {
  return { hold: new Promise<void>(() => undefined) };
}
