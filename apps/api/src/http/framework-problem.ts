import type { FastifyReply, FastifyRequest } from 'fastify';

const CODES: Readonly<Record<number, string>> = { 413: 'BODY_TOO_LARGE', 415: 'UNSUPPORTED_MEDIA_TYPE' };

/** What Fastify refuses before a route runs (a body it cannot read, an address it cannot decode), in the shape of all problems. */
export function frameworkProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const { statusCode: status = 500, message } = error as { statusCode?: number; message?: string };
  // anything else is a fault, which the server's own error handler logs and masks
  if (status < 400 || status >= 500) throw error;
  const code = CODES[status] ?? 'BAD_REQUEST';
  const detail = message ?? 'The request cannot be read.';
  void reply.status(status).type('application/problem+json').send({
    title: code,
    status,
    detail,
    error: detail,
    code,
    nextStep: 'Correct the request.',
    requestId: request.id,
  });
}
