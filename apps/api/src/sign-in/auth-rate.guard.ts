import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Redis } from 'ioredis';
import pg from 'pg';
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRedis,
  RateLimiterRes,
} from 'rate-limiter-flexible';

/** Routes on which somebody tries to become somebody. */
const AUTH_ROUTES = /^(?:\/o\/[^/]+)?\/(?:v0(?:\.1)?\/auth|auth)\//;
/** Asked with every page load and proves nothing. */
const HARMLESS = /^\/auth\/session(?:\?|$)/;

/** How many attempts one address has in a window. */
export type AuthRate = { points: number; seconds: number };

/** Enough for a pipeline that starts many jobs, far too few to guess anything. */
export const AUTH_RATE: AuthRate = { points: 60, seconds: 60 };

/** The counters all replicas share; on the process's own when the shared ones cannot be reached: never without a limit. */
export function authLimiter(options: {
  databaseUrl: string;
  redisUrl?: string | undefined;
  rate?: AuthRate | undefined;
}): { limiter: RateLimiterAbstract; close(): Promise<void> } {
  const { points, seconds } = options.rate ?? AUTH_RATE;
  const common = {
    points,
    duration: seconds,
    keyPrefix: 'auth',
    insuranceLimiter: new RateLimiterMemory({ points, duration: seconds }),
  };
  if (options.redisUrl !== undefined) {
    const client = new Redis(options.redisUrl, {
      lazyConnect: true,
      maxRetriesPerRequest: 1,
      enableOfflineQueue: false,
    });
    client.on('error', () => undefined); // the process's own counters take over
    client.connect().catch(() => undefined);
    return {
      limiter: new RateLimiterRedis({ ...common, storeClient: client }),
      close: async () => client.disconnect(),
    };
  }
  const pool = new pg.Pool({ connectionString: options.databaseUrl, max: 2, application_name: 'rollcall rates' });
  pool.on('error', () => undefined);
  const limiter = new RateLimiterPostgres({
    ...common,
    storeClient: pool,
    tableName: 'rate_limits',
    tableCreated: true,
    clearExpiredByTimeout: true,
  });
  return { limiter, close: () => pool.end() };
}

/** Refuses an address that tries too often (429 with `Retry-After`), before anything is looked up. */
export function limitAuthRoutes(fastify: FastifyInstance, limiter: RateLimiterAbstract): void {
  fastify.addHook('onRequest', async (request, reply) => {
    if (!isAttempt(request)) return;
    const spent = await limiter.consume(request.ip).then(
      () => null,
      (refused: unknown) => {
        if (refused instanceof RateLimiterRes) return refused;
        throw refused;
      },
    );
    if (!spent) return;
    const seconds = Math.max(1, Math.ceil(spent.msBeforeNext / 1000));
    const detail = 'Too many attempts from this address.';
    const nextStep = `Try again in ${seconds} seconds.`;
    await reply.status(429).header('retry-after', String(seconds)).type('application/problem+json').send({
      title: 'RATE_LIMITED',
      status: 429,
      detail,
      error: detail,
      code: 'RATE_LIMITED',
      nextStep,
      requestId: request.id,
    });
  });
}

function isAttempt({ url, method }: FastifyRequest): boolean {
  return method !== 'OPTIONS' && AUTH_ROUTES.test(url) && !HARMLESS.test(url);
}
