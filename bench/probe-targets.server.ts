/** Tiny MCP servers in a process of their own: what the probes of a bench look at. Tells its addresses on stdout. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const HOSTS = 8;

const tools = Array.from({ length: 5 }, (_, n) => ({
  name: `tool_${n}`,
  description: `Does the thing number ${n} with what it is given, and says how it went.`,
  inputSchema: {
    type: 'object',
    properties: {
      name: { type: 'string', description: 'What it is done to', maxLength: 100 },
      count: { type: 'integer', description: 'How often', minimum: 1, maximum: 10 },
    },
    required: ['name'],
    additionalProperties: false,
  },
  annotations: { readOnlyHint: true },
}));
const about = { capabilities: { tools: {} }, serverInfo: { name: 'target', version: '1.0.0' } };
const complete = { resultType: 'complete', ttlMs: 0, cacheScope: 'private' };

const RESULTS: Readonly<Record<string, object>> = {
  'server/discover': {
    ...complete,
    capabilities: about.capabilities,
    supportedVersions: ['2026-07-28'],
    _meta: { 'io.modelcontextprotocol/serverInfo': about.serverInfo },
  },
  initialize: { ...about, protocolVersion: '2025-06-18' },
  'tools/list': { ...complete, tools },
};

function answer(text: string, response: ServerResponse): void {
  const { id, method } = JSON.parse(text) as { id?: number; method: string };
  if (id === undefined) {
    response.writeHead(202).end();
    return;
  }
  const result = RESULTS[method];
  const reply = result ? { result } : { error: { code: -32601, message: 'Method not found' } };
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ jsonrpc: '2.0', id, ...reply }));
}

async function listen(): Promise<string> {
  const server = createServer((request, response) => {
    if (request.method !== 'POST') {
      response.writeHead(request.method === 'DELETE' ? 200 : 405).end();
      return;
    }
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      text += chunk;
    });
    request.on('end', () => answer(text, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const origins = await Promise.all(Array.from({ length: HOSTS }, listen));
process.stdout.write(`${JSON.stringify(origins)}\n`);
process.once('disconnect', () => process.exit(0));
