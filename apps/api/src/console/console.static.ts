import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Addresses of the console's pages: a browser that asks for one gets the application, which routes by itself. */
const PAGES = [
  '/',
  '/servers',
  '/servers/*',
  '/checks',
  '/checks/*',
  '/gateways',
  '/notices',
  '/policy',
  '/audit',
  '/sign-in',
];

const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
} as const;

/** Sends the security headers with every answer, and serves the built console when there is one. */
export async function serveConsole(app: NestFastifyApplication, directory: string | undefined): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', async (_request, reply) => {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) reply.header(name, value);
  });
  if (directory === undefined || !existsSync(join(directory, 'index.html'))) return;
  await fastify.register(fastifyStatic, { root: resolve(directory), wildcard: false, index: false, serve: true });
  for (const page of PAGES) {
    fastify.get(page, (_request, reply) => reply.header('cache-control', 'no-cache').sendFile('index.html'));
  }
  if (existsSync(join(directory, 'graphiql.html'))) serveGraphiql(fastify);
}

/** A browser that opens the address of the GraphQL API gets GraphiQL; programs, which ask for no page, get their answer. */
function serveGraphiql(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', async (request, reply) => {
    if (!isPageRequest(request)) return;
    return reply.header('cache-control', 'no-cache').header('vary', 'accept').sendFile('graphiql.html');
  });
}

function isPageRequest({ method, url, headers }: FastifyRequest): boolean {
  if (method !== 'GET' || !/^\/graphql\/?(?:\?|$)/.test(url) || headers.upgrade !== undefined) return false;
  return headers.accept?.includes('text/html') ?? false;
}
