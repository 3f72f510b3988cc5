/** The other side of bench/gateway-overhead.ts, each in a process of its own: `echo` (the server) and `proxy PORT` (the reference). */
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

const [role, target] = process.argv.slice(2);
const TOOL = {
  name: 'echo',
  description: 'Echoes.',
  inputSchema: { type: 'object', properties: { text: { type: 'string' } } },
};
const INFO = {
  protocolVersion: '2025-11-25',
  capabilities: { tools: {} },
  serverInfo: { name: 'echo', version: '1.0.0' },
};

/** A hand-written session-era MCP server: as little as possible between the socket and the answer. */
function echo() {
  return createServer((incoming, response) => {
    let text = '';
    incoming.on('data', (chunk) => {
      text += String(chunk);
    });
    incoming.on('end', () => {
      const { id, method, params } = JSON.parse(text);
      const results: Record<string, unknown> = { initialize: INFO, 'tools/list': { tools: [TOOL] } };
      const result =
        method === 'tools/call' ? { content: [{ type: 'text', text: params.arguments.text }] } : results[method];
      if (id === undefined) return response.writeHead(202).end();
      const answer = result === undefined ? { error: { code: -32601, message: 'Method not found' } } : { result };
      return response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ jsonrpc: '2.0', id, ...answer }));
    });
  });
}

/** The ten lines a gateway is compared with: no parsing, no decision, bytes in and bytes out. */
function proxy(port: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  return createServer((incoming, response) => {
    const { method, url, headers } = incoming;
    const onward = request({ agent, port, host: '127.0.0.1', method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(onward);
  });
}

const server = role === 'proxy' && target !== undefined ? proxy(target) : echo();
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('disconnect', () => process.exit(0));
