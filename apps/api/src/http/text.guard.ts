import type { FastifyInstance } from 'fastify';

/** U+0000 and lone surrogates: valid in JSON, but neither PostgreSQL nor a canonical form can hold them. */
const UNSTORABLE = /[\0\p{Cs}]/u;

/** Refuses text that cannot be stored, before it becomes a fault deep inside. */
export function guardText(fastify: FastifyInstance): void {
  fastify.addHook('preHandler', async (request, reply) => {
    if (!hasUnstorable([request.body, request.query, request.params])) return;
    const detail = 'The request holds U+0000 or half of a surrogate pair, which no text may contain.';
    await reply.status(400).type('application/problem+json').send({
      title: 'BAD_REQUEST',
      status: 400,
      detail,
      error: detail,
      code: 'BAD_REQUEST',
      nextStep: 'Remove the character and send it again.',
      requestId: request.id,
    });
  });
}

/** Without recursion: a body may be nested deeper than the stack is. */
function hasUnstorable(root: unknown): boolean {
  const open: unknown[] = [root];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next === 'string') {
      if (UNSTORABLE.test(next)) return true;
    } else if (typeof next === 'object' && next !== null) {
      for (const [key, value] of Object.entries(next)) open.push(key, value);
    }
  }
  return false;
}
