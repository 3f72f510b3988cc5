import type { FastifyInstance } from 'fastify';

/** U+0000 and lone surrogates: valid in JSON, but neither PostgreSQL nor a canonical form can hold them. */
const UNSTORABLE = /[\0\p{Cs}]/u;
/** Above what contracts, manifests and our own documents may have, far below what ends in a stack that is too small. */
const MAX_DEPTH = 128;

/** Refuses text that cannot be stored and values nested without end, before they become faults deep inside. */
export function guardText(fastify: FastifyInstance): void {
  fastify.addHook('preHandler', async (request, reply) => {
    const problem = problemOf([request.body, request.query, request.params]);
    if (problem === null) return;
    await reply.status(400).type('application/problem+json').send({
      title: 'BAD_REQUEST',
      status: 400,
      detail: problem.message,
      error: problem.message,
      code: 'BAD_REQUEST',
      nextStep: problem.nextStep,
      requestId: request.id,
    });
  });
}

type Problem = { message: string; nextStep: string };

const NO_TEXT: Problem = {
  message: 'The request holds U+0000 or half of a surrogate pair, which no text may contain.',
  nextStep: 'Remove the character and send it again.',
};
const TOO_DEEP: Problem = {
  message: `The request is nested deeper than ${MAX_DEPTH} levels.`,
  nextStep: 'Send a flatter document.',
};

/** What is wrong with any of these values, wherever in it. Level by level: a body may be nested deeper than the stack is. */
export function problemOf(values: readonly unknown[]): Problem | null {
  let level = values;
  // the values stand in a list of ours
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return TOO_DEEP;
    const next: unknown[] = [];
    for (const one of level) {
      if (typeof one === 'string') {
        if (UNSTORABLE.test(one)) return NO_TEXT;
      } else if (typeof one === 'object' && one !== null) {
        for (const [key, value] of Object.entries(one)) {
          if (UNSTORABLE.test(key)) return NO_TEXT;
          next.push(value);
        }
      }
    }
    level = next;
  }
  return null;
}
