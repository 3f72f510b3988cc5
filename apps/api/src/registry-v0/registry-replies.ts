import { hash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Whose copy of an answer may be kept: the reader's own, checked each time, or anybody's for half a minute. */
export type Caching = 'private' | 'shared';

const CACHE_CONTROL = { private: 'private, no-cache', shared: 'public, max-age=30' } as const;

/** Sends JSON text with a validator; 304 without a body when the client has it already. */
export function sendText(
  request: FastifyRequest,
  reply: FastifyReply,
  text: string,
  caching: Caching = 'private',
): FastifyReply {
  const etag = `W/"${hash('sha1', text, 'base64url')}"`;
  reply.headers({ etag, 'cache-control': CACHE_CONTROL[caching], vary: 'authorization' });
  if (isKnown(request.headers['if-none-match'], etag)) return reply.status(304).send();
  return reply.status(200).type('application/json').send(text);
}

function isKnown(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  const weak = (tag: string) => tag.trim().replace(/^W\//, '');
  return header.trim() === '*' || header.split(',').some((tag) => weak(tag) === weak(etag));
}
