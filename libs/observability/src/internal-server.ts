import { createServer, type Server } from 'node:http';
import type { Registry } from './metrics.js';
import { type ReadinessCheck, readiness } from './readiness.js';

const READINESS_TIMEOUT_MS = 2_000;

/** Serves `/healthz`, `/readyz` (503 with the failing checks' names) and `/metrics` on a port of their own. */
export async function serveInternal(options: {
  host: string;
  port: number;
  checks: Readonly<Record<string, ReadinessCheck>>;
  metrics: Registry;
}): Promise<Server> {
  const server = createServer(async (request, response) => {
    const path = request.url?.split('?')[0];
    if (path === '/healthz') return void response.setHeader('content-type', 'application/json').end('{"status":"ok"}');
    if (path === '/readyz') {
      const state = await readiness(options.checks, READINESS_TIMEOUT_MS);
      response.statusCode = state.ready ? 200 : 503;
      return void response.setHeader('content-type', 'application/json').end(JSON.stringify(state));
    }
    if (path === '/metrics') {
      const body = await options.metrics.metrics();
      return void response.setHeader('content-type', options.metrics.contentType).end(body);
    }
    response.statusCode = 404;
    response.end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  return server;
}
