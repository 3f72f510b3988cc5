import type { FastifyInstance } from 'fastify';

/** Paths any web page may read: health answers carry nothing, and the registry API is made for clients of other origins. */
const OPEN = /^\/(?:healthz|readyz|openapi\.yaml|(?:(?:o|catalogue)\/[^/?]+\/)?v0(?:\.1)?\/)/;

/**
 * Refuses browser requests that another site makes (403). Tokens travel in a header and never in a cookie, so this is the
 * second wall: a page that got hold of the address, by DNS rebinding too, still gets no answer.
 */
export function guardOrigin(fastify: FastifyInstance, allowedOrigins: readonly string[]): void {
  fastify.addHook('onRequest', async (request, reply) => {
    const { origin, host } = request.headers;
    if (origin === undefined || OPEN.test(request.url)) return;
    if (isOwn(origin, host) || allowedOrigins.includes(origin)) return;
    const detail = 'Requests from other web sites are not answered.';
    const nextStep = 'If the site is yours, add its origin to ROLLCALL_ALLOWED_ORIGINS.';
    await reply
      .status(403)
      .type('application/problem+json')
      .send({ title: 'ORIGIN_REFUSED', status: 403, detail, error: detail, code: 'ORIGIN_REFUSED', nextStep });
  });
}

function isOwn(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}
