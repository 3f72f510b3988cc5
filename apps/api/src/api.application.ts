import { randomUUID } from 'node:crypto';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type Logger, NestLogger } from '@rollcall/observability';
import { ApiModule, type ApiOptions } from './api.module.js';
import { serveConsole } from './console/console.static.js';
import { DeniedAttempts } from './http/denied-attempts.log.js';
import { frameworkProblem } from './http/framework-problem.js';
import { HttpErrorsFilter } from './http/http-errors.filter.js';
import { guardOrigin } from './http/origin.guard.js';
import { endRefusedUpgrades } from './http/refused-upgrades.js';
import { logRequests } from './http/request-log.js';
import { scopeRequests } from './http/request-scope.middleware.js';
import { guardText } from './http/text.guard.js';
import { guardRegistryEdge } from './registry-v0/registry-edge.guard.js';
import { encodeServerName } from './registry-v0/registry-paths.js';
import { type AuthRate, authLimiter, limitAuthRoutes } from './sign-in/auth-rate.guard.js';

/** A manifest and a captured contract together stay well below this. */
const BODY_LIMIT_BYTES = 8 * 1024 * 1024;
const MAX_PARAM_LENGTH = 1024;

/** How the api meets the outside. */
export type HttpOptions = {
  logger: Logger;
  consoleDir?: string | undefined;
  allowedOrigins?: readonly string[];
  /** CIDR networks of proxies whose word about the client's address is believed. */
  trustedProxies?: readonly string[];
  /** How often one address may try to sign in. */
  authRate?: AuthRate;
};

/** Builds the api; the caller listens on it and closes it. */
export async function createApi(options: ApiOptions & HttpOptions): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH, ignoreTrailingSlash: true },
    trustProxy: options.trustedProxies?.length ? [...options.trustedProxies] : false,
    genReqId: () => `req_${randomUUID()}`,
    rewriteUrl: ({ url = '/' }: { url?: string | undefined }) => encodeServerName(url),
    frameworkErrors: frameworkProblem,
    // longer than any parked poll, shorter than what a dead client could hold for ever
    requestTimeout: 120_000,
  });
  const app = await NestFactory.create<NestFastifyApplication>(ApiModule.forRoot(options), adapter, {
    logger: new NestLogger(options.logger),
    abortOnError: false,
  });
  app.useGlobalFilters(new HttpErrorsFilter(options.logger));
  scopeRequests(adapter.getInstance());
  app.get(DeniedAttempts).watch(adapter.getInstance(), options.logger);
  logRequests(adapter.getInstance(), options.logger, options.metrics);
  const rates = authLimiter({ ...options, rate: options.authRate });
  adapter.getInstance().addHook('onClose', () => rates.close());
  limitAuthRoutes(adapter.getInstance(), rates.limiter);
  endRefusedUpgrades(adapter.getInstance());
  guardOrigin(adapter.getInstance(), options.allowedOrigins ?? []);
  guardRegistryEdge(adapter.getInstance());
  guardText(adapter.getInstance());
  await serveConsole(app, options.consoleDir);
  return app;
}
