import 'reflect-metadata';
import { SigningKeyLocation } from '@rollcall/bundles';
import { configWarnings, exitOnConfigError, loadApiConfig } from '@rollcall/config';
import { systemClock } from '@rollcall/kernel';
import { createLogger, createMetrics, serveInternal } from '@rollcall/observability';
import { createApi } from './api.application.js';
import { HealthController } from './health/health.controller.js';

const config = await exitOnConfigError(() => loadApiConfig());
const logger = createLogger({ service: 'api', level: config.logLevel });
for (const warning of configWarnings(config)) logger.warn(warning);

const metrics = createMetrics('api');
const app = await createApi({
  databaseUrl: config.databaseUrl,
  redisUrl: config.redisUrl,
  keys: new SigningKeyLocation(config.keysDir, config.keysPassphrase),
  clock: systemClock(config.clockOffsetMs),
  logger,
  metrics,
  allowedOrigins: config.allowedOrigins,
  consoleDir: config.consoleDir,
});

let stopping = false;
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  await app.close();
  process.exit(0);
}
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
// started by a supervisor: when it is gone, even by SIGKILL, nothing is left behind
process.once('disconnect', stop);

if (config.internalPort !== undefined) {
  const checks = app.get(HealthController).checks;
  await serveInternal({ host: config.host, port: config.internalPort, checks, metrics });
}
await app.listen(config.port, config.host);
process.stdout.write(`${JSON.stringify({ ready: true, url: await app.getUrl() })}\n`);
