import 'reflect-metadata';
import { SigningKeyLocation } from '@rollcall/bundles';
import { configWarnings, exitOnConfigError, loadApiConfig } from '@rollcall/config';
import { systemClock } from '@rollcall/kernel';
import { createLogger } from '@rollcall/observability';
import { createApi } from './api.application.js';

const config = await exitOnConfigError(() => loadApiConfig());
const logger = createLogger({ service: 'api', level: config.logLevel });
for (const warning of configWarnings(config)) logger.warn(warning);

const app = await createApi({
  databaseUrl: config.databaseUrl,
  redisUrl: config.redisUrl,
  keys: new SigningKeyLocation(config.keysDir, config.keysPassphrase),
  clock: systemClock(config.clockOffsetMs),
  logger,
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

await app.listen(config.port, config.host);
process.stdout.write(`${JSON.stringify({ ready: true, url: await app.getUrl() })}\n`);
