import { randomUUID } from 'node:crypto';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type Logger, NestLogger } from '@rollcall/observability';
import { ApiModule, type ApiOptions } from './api.module.js';
import { serveConsole } from './console/console.static.js';
import { HttpErrorsFilter } from './http/http-errors.filter.js';
import { guardOrigin } from './http/origin.guard.js';
import { logRequests } from './http/request-log.js';
import { guardText } from './http/text.guard.js';

/** A manifest and a captured contract together stay well below this. */
const BODY_LIMIT_BYTES = 8 * 1024 * 1024;
const MAX_PARAM_LENGTH = 1024;

/** Builds the api; the caller listens on it and closes it. */
export async function createApi(
  options: ApiOptions & { logger: Logger; consoleDir?: string | undefined; allowedOrigins?: readonly string[] },
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH, ignoreTrailingSlash: true },
    genReqId: () => `req_${randomUUID()}`,
    // longer than any parked poll, shorter than what a dead client could hold for ever
    requestTimeout: 120_000,
  });
  const app = await NestFactory.create<NestFastifyApplication>(ApiModule.forRoot(options), adapter, {
    logger: new NestLogger(options.logger),
    abortOnError: false,
  });
  app.useGlobalFilters(new HttpErrorsFilter(options.logger));
  logRequests(adapter.getInstance(), options.logger, options.metrics);
  guardOrigin(adapter.getInstance(), options.allowedOrigins ?? []);
  guardText(adapter.getInstance());
  await serveConsole(app, options.consoleDir);
  return app;
}
