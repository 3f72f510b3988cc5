import { randomUUID } from 'node:crypto';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import {
  CallToolRequestSchema,
  InitializeRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { isJsonObject, type JsonObject } from '@rollcall/kernel';
import type { McpServerBehaviour, RecordedRequest, TestTool } from './behaviour.js';
import type { ServerSide } from './modern-server.js';
import { callTool, capabilitiesOf, listedTool } from './tool-answers.js';

/** SDK v1 over stateful streamable HTTP: sessions, `initialize`, no modern revision. */
export function legacySide(behaviour: McpServerBehaviour, tools: () => TestTool[]): ServerSide {
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  const open = async (headers: RecordedRequest['headers']): Promise<StreamableHTTPServerTransport> => {
    const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (id) => {
        sessions.set(id, transport);
      },
      onsessionclosed: (id) => {
        sessions.delete(id);
      },
    });
    await connect(buildLegacyServer(behaviour, tools, headers), transport);
    return transport;
  };
  return {
    handle: async (request, response, incoming) => {
      const id = request.headers['mcp-session-id'];
      const known = typeof id === 'string' ? sessions.get(id) : undefined;
      const transport = known ?? (await open(request.headers));
      await transport.handleRequest(incoming, response, request.body ?? undefined);
    },
    close: async () => {
      await Promise.all([...sessions.values()].map((transport) => transport.close()));
    },
  };
}

/** SDK v1 over HTTP+SSE (2024-11-05): GET opens the stream, POST goes to `/message`. */
export function legacySseSide(behaviour: McpServerBehaviour, tools: () => TestTool[]): ServerSide {
  const sessions = new Map<string, SSEServerTransport>();
  return {
    handle: async (request, response, incoming) => {
      const url = new URL(request.path, 'http://loopback');
      if (request.method === 'GET') {
        const transport = new SSEServerTransport('/message', response);
        sessions.set(transport.sessionId, transport);
        await connect(buildLegacyServer(behaviour, tools, request.headers), transport);
        return;
      }
      const transport = sessions.get(url.searchParams.get('sessionId') ?? '');
      if (transport === undefined) {
        response.writeHead(404).end('No such session.');
        return;
      }
      await transport.handlePostMessage(incoming, response, request.body);
    },
    close: async () => {
      await Promise.all([...sessions.values()].map((transport) => transport.close()));
    },
  };
}

/** The v1 types disagree with `exactOptionalPropertyTypes` about their own transports. */
async function connect(server: Server, transport: StreamableHTTPServerTransport | SSEServerTransport): Promise<void> {
  await server.connect(transport as Parameters<Server['connect']>[0]);
}

/** One server of SDK v1 that behaves as described. */
export function buildLegacyServer(
  behaviour: McpServerBehaviour,
  tools: () => TestTool[],
  headers: RecordedRequest['headers'],
): Server {
  const server = new Server(behaviour.serverInfo ?? { name: 'test-server', version: '1.0.0' }, {
    capabilities: capabilitiesOf(behaviour),
    ...(behaviour.instructions === undefined ? {} : { instructions: behaviour.instructions }),
  });
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: tools().map(listedTool) }) as never);
  server.setRequestHandler(CallToolRequestSchema, async (request) => {
    const params: unknown = request.params;
    return callTool(tools(), isJsonObject(params) ? (params as JsonObject) : {}, headers);
  });
  const { prompts, resources, revision } = behaviour;
  if (revision !== undefined) {
    // an older SDK knows no newer revision; this one would agree to what the client offers
    server.setRequestHandler(InitializeRequestSchema, () => ({
      protocolVersion: revision,
      capabilities: capabilitiesOf(behaviour),
      serverInfo: behaviour.serverInfo ?? { name: 'test-server', version: '1.0.0' },
      ...(behaviour.instructions === undefined ? {} : { instructions: behaviour.instructions }),
    }));
  }
  if (prompts !== undefined) server.setRequestHandler(ListPromptsRequestSchema, () => ({ prompts }));
  if (resources !== undefined) server.setRequestHandler(ListResourcesRequestSchema, () => ({ resources }));
  if (resources !== undefined) {
    server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({ resourceTemplates: [] }));
  }
  return server;
}
