import type { ServerResponse } from 'node:http';
import { isJsonObject, type JsonObject } from '@rollcall/kernel';
import { GREET_TOOL, type McpServerBehaviour, type RecordedRequest, type TestTool } from './behaviour.js';
import { type Listening, startRawHttpServer } from './http-host.js';
import { legacySide, legacySseSide } from './legacy-server.js';
import { modernSide, type ServerSide } from './modern-server.js';

/** A running test server: `url` is its MCP endpoint on loopback. */
export type RunningMcpServer = {
  url: string;
  /** Every request received, oldest first, with headers. */
  requests: RecordedRequest[];
  /** Changes the contract from the next request on. */
  setTools(tools: TestTool[]): void;
  /** Connections that clients have not closed. */
  openSockets(): number;
  close(): Promise<void>;
};

/** Starts a real MCP server on a free loopback port of this process, or where it is told to listen, behaving as described. */
export async function startMcpServer(
  behaviour: McpServerBehaviour = {},
  listening: Listening = {},
): Promise<RunningMcpServer> {
  let tools = behaviour.tools ?? [GREET_TOOL];
  const side = sideOf(behaviour, () => tools);
  const calls = new Map<string, number>();
  const host = await startRawHttpServer(async (request, response, incoming) => {
    if (request.path.startsWith('/.well-known/oauth-protected-resource')) {
      return sendMetadata(behaviour, `http://${String(request.headers.host)}`, response);
    }
    await behaviour.hold;
    if (turnedAway(behaviour, request, response)) return;
    if (await playScript(behaviour, request, response, calls)) return;
    await side.handle(request, response, incoming);
  }, listening);
  return {
    url: `${host.origin}/mcp`,
    requests: host.requests,
    setTools: (next) => {
      tools = next;
    },
    openSockets: host.openSockets,
    close: async () => {
      await side.close();
      await host.close();
    },
  };
}

function sideOf(behaviour: McpServerBehaviour, tools: () => TestTool[]): ServerSide {
  if (behaviour.speaks === 'legacy') return legacySide(behaviour, tools);
  if (behaviour.speaks === 'legacy-sse') return legacySseSide(behaviour, tools);
  return modernSide(behaviour, tools);
}

function turnedAway(behaviour: McpServerBehaviour, request: RecordedRequest, response: ServerResponse): boolean {
  if (behaviour.forbidden) {
    response.writeHead(403, { 'content-type': 'text/plain' }).end('Forbidden');
    return true;
  }
  const { auth } = behaviour;
  if (auth === undefined || request.headers.authorization === `Bearer ${auth.token}`) return false;
  // RFC 9728 section 5.1: the challenge names the document that names the authorization server.
  const metadata = `http://${String(request.headers.host)}/.well-known/oauth-protected-resource/mcp`;
  const challenge: Record<string, string> =
    auth.challenge === 'rfc9728' ? { 'www-authenticate': `Bearer resource_metadata="${metadata}"` } : {};
  response.writeHead(401, challenge).end();
  return true;
}

function sendMetadata(behaviour: McpServerBehaviour, origin: string, response: ServerResponse): void {
  if (behaviour.auth?.challenge !== 'rfc9728') {
    response.writeHead(404).end();
    return;
  }
  const document = { resource: `${origin}/mcp`, authorization_servers: ['https://auth.example.com'] };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document));
}

async function playScript(
  behaviour: McpServerBehaviour,
  request: RecordedRequest,
  response: ServerResponse,
  calls: Map<string, number>,
): Promise<boolean> {
  const body = isJsonObject(request.body) ? request.body : {};
  const method = String(body['method'] ?? request.method);
  const script = behaviour.scripts?.[method];
  if (script === undefined) return false;
  const call = (calls.get(method) ?? 0) + 1;
  calls.set(method, call);
  const { params, id = null } = body;
  const answer = script({ id, params: isJsonObject(params ?? null) ? (params as JsonObject) : {}, call });
  response.writeHead(answer.status ?? 200, answer.headers ?? {});
  for await (const chunk of typeof answer.body === 'string' ? [answer.body] : answer.body) {
    if (response.destroyed) return true;
    if (!response.write(chunk)) await drained(response);
  }
  response.end();
  return true;
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}
