import type { EventEmitter } from 'node:events';
import { atEdge, newRequest } from '@rollcall/persistence';
import type { FastifyInstance } from 'fastify';

/**
 * Every request begins with a database that shows it nothing; {@link RequestContexts} enters the caller's organization.
 * Reading a body leaves the asynchronous chain of the request, so it is taken up again behind that.
 */
export function scopeRequests(fastify: FastifyInstance): void {
  const requests = new WeakMap<object, object>();
  fastify.addHook('onRequest', (request, _reply, done) => {
    const scope = newRequest();
    requests.set(request, scope);
    atEdge(done, scope);
  });
  fastify.addHook('preValidation', (request, _reply, done) => {
    atEdge(done, requests.get(request));
  });
}

/** A socket that lives on after its upgrade is one request: whatever comes over it belongs to whoever was recognised on it. */
export function scopeSocket<T>(socket: EventEmitter, opened: () => Promise<T>): Promise<T> {
  const scope = newRequest();
  const emit = socket.emit.bind(socket);
  socket.emit = (...event: Parameters<EventEmitter['emit']>) => {
    let heard = false;
    atEdge(() => {
      heard = emit(...event);
    }, scope);
    return heard;
  };
  return new Promise((resolve, reject) => atEdge(() => void opened().then(resolve, reject), scope));
}
