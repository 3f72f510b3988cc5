import type { FastifyInstance } from 'fastify';

/**
 * An upgrade that a hook answers (another site's page, for example) is answered on a socket that no HTTP server looks after
 * any more: it would stay open as long as the other side likes, and hold up stopping.
 */
export function endRefusedUpgrades(fastify: FastifyInstance): void {
  fastify.addHook('onResponse', async ({ raw }, reply) => {
    // one that succeeded sends no response
    if (raw.headers.upgrade !== undefined && reply.raw.headersSent) raw.socket.destroySoon();
  });
}
