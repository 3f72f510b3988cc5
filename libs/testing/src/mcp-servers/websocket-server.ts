import type { Duplex } from 'node:stream';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { type WebSocket, WebSocketServer } from 'ws';
import { GREET_TOOL, type McpServerBehaviour, type RecordedRequest } from './behaviour.js';
import { startRawHttpServer } from './http-host.js';
import { buildLegacyServer } from './legacy-server.js';
import { buildServer } from './modern-server.js';

/** How a WebSocket server misbehaves once it is connected. */
export type WebSocketMischief = 'giant-frame' | 'endless-fragments' | 'ping-flood' | 'binary' | 'hang-up' | 'silence';

export type WebSocketBehaviour = McpServerBehaviour & { mischief?: WebSocketMischief };

/** A running WebSocket server; `upgrades` are the requests that asked for one, with headers. */
export type RunningWebSocketServer = {
  url: string;
  upgrades: Pick<RecordedRequest, 'path' | 'headers'>[];
  openSockets(): number;
  close(): Promise<void>;
};

type StdioTransport = NonNullable<NonNullable<Parameters<typeof serveStdio>[1]>['transport']>;

/** Starts a real MCP server that listens for WebSockets on loopback: SDK v2, both eras; `modern` and `legacy` speak one. */
export async function startWebSocketServer(behaviour: WebSocketBehaviour = {}): Promise<RunningWebSocketServer> {
  const upgrades: RunningWebSocketServer['upgrades'] = [];
  const host = await startRawHttpServer((_request, response) => {
    response.writeHead(426).end();
  });
  const sockets = new WebSocketServer({ noServer: true });
  host.server.on('upgrade', (request, socket: Duplex, head) => {
    upgrades.push({ path: request.url ?? '', headers: request.headers });
    const refusal = refusalOf(behaviour, request.headers.authorization);
    if (refusal !== null) return void socket.end(`HTTP/1.1 ${refusal}\r\nconnection: close\r\n\r\n`);
    sockets.handleUpgrade(request, socket, head, (accepted) => {
      if (behaviour.mischief === undefined) void serve(behaviour, accepted);
      else misbehave(behaviour.mischief, accepted, socket);
    });
  });
  return {
    url: `${host.origin.replace('http', 'ws')}/mcp`,
    upgrades,
    openSockets: host.openSockets,
    close: async () => {
      for (const socket of sockets.clients) socket.terminate();
      await host.close();
    },
  };
}

function refusalOf(behaviour: WebSocketBehaviour, authorization: string | undefined): string | null {
  if (behaviour.forbidden) return '403 Forbidden';
  if (behaviour.auth === undefined || authorization === `Bearer ${behaviour.auth.token}`) return null;
  return '401 Unauthorized\r\nwww-authenticate: Bearer realm="test"';
}

function serve(behaviour: WebSocketBehaviour, socket: WebSocket): unknown {
  const tools = behaviour.tools ?? [GREET_TOOL];
  const transport: StdioTransport = {
    start: async () => {
      socket.on('message', (data) => transport.onmessage?.(JSON.parse(String(data))));
      socket.on('close', () => transport.onclose?.());
    },
    send: async (message) => socket.send(JSON.stringify(message)),
    close: async () => socket.close(),
  };
  if (behaviour.speaks === 'legacy') {
    const server = buildLegacyServer(behaviour, () => tools, {});
    return server.connect(transport as Parameters<typeof server.connect>[0]);
  }
  return serveStdio(() => buildServer(behaviour, () => tools, {}), {
    transport,
    legacy: behaviour.speaks === 'modern' ? 'reject' : 'serve',
  });
}

/** Frames as in RFC 6455 section 5.2, written by hand: a library would not send them. */
function misbehave(mischief: WebSocketMischief, socket: WebSocket, wire: Duplex): void {
  socket.on('error', () => undefined);
  const block = Buffer.alloc(65_536, 'x');
  const text = (final: boolean, opcode: number) =>
    Buffer.concat([Buffer.from([final ? 0x80 | opcode : opcode, 126, 0xff, 0xff]), block.subarray(1)]);
  const flood = (first: Buffer, next: Buffer) => {
    wire.write(first);
    const more = () => {
      while (!wire.destroyed && wire.write(next));
    };
    wire.on('drain', more);
    more();
  };
  socket.once('message', () => {
    // a text frame that announces 2^40 bytes
    if (mischief === 'giant-frame') flood(Buffer.from([0x81, 127, 0, 0, 1, 0, 0, 0, 0, 0]), block);
    if (mischief === 'endless-fragments') flood(text(false, 1), text(false, 0));
    if (mischief === 'ping-flood') flood(Buffer.from([0x89, 0]), Buffer.alloc(8_192, Buffer.from([0x89, 0])));
    if (mischief === 'binary') socket.send(Buffer.from('{}'), { binary: true });
    if (mischief === 'hang-up') socket.close(1011);
  });
}
