import { Histogram, type Logger, type Registry } from '@rollcall/observability';
import type { FastifyInstance } from 'fastify';

/** Asked every few seconds by machines: counted, not logged. */
const QUIET = new Set(['/healthz', '/readyz', '/metrics']);

/** One line and one measurement per answered request: the route, never the query, the body or a header. */
export function logRequests(fastify: FastifyInstance, logger: Logger, metrics: Registry): void {
  const seconds = new Histogram({
    name: 'rollcall_http_request_duration_seconds',
    help: 'Time from request to answer, parked polls included.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60],
    registers: [metrics],
  });
  fastify.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
  });
  fastify.addHook('onResponse', async (request, reply) => {
    const { method, id: requestId } = request;
    const { statusCode: status } = reply;
    const route = request.routeOptions.url ?? 'unknown';
    seconds.observe({ method, route, status }, reply.elapsedTime / 1000);
    if (!QUIET.has(route))
      logger.info({ requestId, method, route, status, ms: Math.round(reply.elapsedTime) }, 'request');
  });
}
