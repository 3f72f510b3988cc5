import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, Server } from '@modelcontextprotocol/server';
import type { JsonObject } from '@rollcall/kernel';
import type { McpServerBehaviour, RecordedRequest, TestTool } from './behaviour.js';
import type { RawHandler } from './http-host.js';
import { callTool, capabilitiesOf, listedTool } from './tool-answers.js';

/** What a protocol side of a test server needs from the host. */
export type ServerSide = { handle: RawHandler; close(): Promise<void> };

type Handlers = Parameters<Server['setRequestHandler']>;

/** SDK v2: 2026-07-28, and 2025-era clients too unless `speaks` is `modern`. */
export function modernSide(behaviour: McpServerBehaviour, tools: () => TestTool[]): ServerSide {
  const handler = createMcpHandler((context) => buildServer(behaviour, tools, headersOf(context.requestInfo)), {
    legacy: behaviour.speaks === 'modern' ? 'reject' : 'stateless',
  });
  const serve = toNodeHandler(handler);
  return {
    handle: async (request, response, incoming) => {
      // Node's own type says `method?: string | undefined`, the adapter's says `method?: string`: the same at run time.
      await serve(incoming as Parameters<typeof serve>[0], response, request.body ?? undefined);
    },
    close: () => handler.close(),
  };
}

function headersOf(request: Request | undefined): RecordedRequest['headers'] {
  return request === undefined ? {} : Object.fromEntries(request.headers);
}

/** One server of SDK v2 that behaves as described. */
export function buildServer(
  behaviour: McpServerBehaviour,
  tools: () => TestTool[],
  headers: RecordedRequest['headers'],
): Server {
  const server = new Server(behaviour.serverInfo ?? { name: 'test-server', version: '1.0.0' }, {
    capabilities: capabilitiesOf(behaviour),
    ...(behaviour.instructions === undefined ? {} : { instructions: behaviour.instructions }),
  });
  const answer = (method: string, respond: (params: JsonObject) => JsonObject | Promise<JsonObject>) => {
    // The fixtures speak JSON, as a server written in another language would; the SDK checks the shape on the way out.
    const handler = (request: { params?: JsonObject }) => Promise.resolve(respond(request.params ?? {}));
    server.setRequestHandler(...([method, handler] as unknown as Handlers));
  };
  answer('tools/list', () => ({ tools: tools().map(listedTool) }));
  answer('tools/call', (params) => callTool(tools(), params, headers));
  const { prompts, resources } = behaviour;
  if (prompts !== undefined) answer('prompts/list', () => ({ prompts }));
  if (resources !== undefined) answer('resources/list', () => ({ resources }));
  if (resources !== undefined) answer('resources/templates/list', () => ({ resourceTemplates: [] }));
  return server;
}
