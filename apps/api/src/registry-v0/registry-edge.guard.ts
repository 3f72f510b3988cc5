import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { frameworkProblem } from '../http/framework-problem.js';
import { isRegistryPath } from './registry-paths.js';

const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';
const HEADERS = ['authorization', 'content-type', 'if-none-match'];
const HEADER_NAME = /^[a-z0-9!#$%&'*+.^_`|~-]{1,100}$/;
const MAX_HEADERS = 50;
/** A manifest has at most a quarter of this. */
const BODY_LIMIT_BYTES = 1024 * 1024;
const MAX_BODY_DEPTH = 128;

/**
 * What holds for every address of the registry API before its route is known: pages of any origin may read it, a slash at
 * the end leads to the address without it, and text that no database holds is refused. Call it before routes are made.
 */
export function guardRegistryEdge(fastify: FastifyInstance): void {
  fastify.addHook('onRoute', (route) => {
    if (!isRegistryPath(route.url)) return;
    route.bodyLimit = BODY_LIMIT_BYTES;
    route.errorHandler = frameworkProblem;
  });
  fastify.addHook('onRequest', async (request, reply) => {
    if (!isRegistryPath(request.raw.url ?? '') && !isRegistryPath(request.url)) return;
    allowOrigins(request, reply);
    if (request.method === 'OPTIONS') return reply.status(204).send();
    const [path = '', ...query] = request.url.split('?');
    if (/%00|\0/.test(request.url)) {
      return refuse(request, reply, {
        status: 400,
        code: 'BAD_REQUEST',
        detail: 'The address holds U+0000, which no name contains.',
      });
    }
    if (path.length > 1 && path.endsWith('/')) {
      const search = query.length > 0 ? `?${query.join('?')}` : '';
      return reply
        .status(308)
        .header('location', `${path.replace(/\/+$/, '')}${search}`)
        .send();
    }
    if (hasBody(request) && !isJson(request.headers['content-type'])) {
      return refuse(request, reply, {
        status: 415,
        code: 'UNSUPPORTED_MEDIA_TYPE',
        detail: 'The body must be application/json.',
      });
    }
  });
  fastify.addHook('preHandler', async (request, reply) => {
    if (!isRegistryPath(request.url) || depthWithin(request.body, MAX_BODY_DEPTH)) return;
    return refuse(request, reply, {
      status: 400,
      code: 'BAD_REQUEST',
      detail: `The body is nested deeper than ${MAX_BODY_DEPTH} levels.`,
    });
  });
}

function allowOrigins(request: FastifyRequest, reply: FastifyReply): void {
  reply.headers({
    'access-control-allow-origin': '*',
    'access-control-expose-headers': 'Content-Type, Content-Length, ETag',
  });
  if (request.method !== 'OPTIONS') return;
  const asked = String(request.headers['access-control-request-headers'] ?? '')
    .toLowerCase()
    .split(',');
  const names = asked
    .slice(0, MAX_HEADERS)
    .map((name) => name.trim())
    .filter((name) => HEADER_NAME.test(name));
  reply.headers({
    'access-control-allow-methods': METHODS,
    'access-control-allow-headers': [...new Set([...HEADERS, ...names])].join(', '),
    'access-control-max-age': '86400',
  });
}

function refuse(request: FastifyRequest, reply: FastifyReply, why: { status: number; code: string; detail: string }) {
  const { status, code, detail } = why;
  return reply.status(status).type('application/problem+json').send({
    title: code,
    status,
    detail,
    error: detail,
    code,
    nextStep: 'Correct the request.',
    requestId: request.id,
  });
}

function hasBody({ method, headers }: FastifyRequest): boolean {
  if (!['POST', 'PUT', 'PATCH'].includes(method)) return false;
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

const isJson = (type: string | undefined): boolean => /^application\/json\s*(;|$)/i.test(type ?? '');

/** Without recursion: what is too deep must not be walked by the stack. */
function depthWithin(root: unknown, most: number): boolean {
  const open: { value: unknown; depth: number }[] = [{ value: root, depth: 0 }];
  while (open.length > 0) {
    const { value, depth } = open.pop() as { value: unknown; depth: number };
    if (typeof value !== 'object' || value === null) continue;
    if (depth >= most) return false;
    for (const child of Object.values(value)) open.push({ value: child, depth: depth + 1 });
  }
  return true;
}
