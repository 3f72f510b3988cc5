import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { configWarnings, exitOnConfigError, loadWorkerConfig } from '@rollcall/config';
import { InspectionPolicy } from '@rollcall/inspections';
import { JobQueue } from '@rollcall/jobs';
import { systemClock } from '@rollcall/kernel';
import { NotificationSettings } from '@rollcall/notifications';
import { createLogger, createMetrics, NestLogger, serveInternal } from '@rollcall/observability';
import { PrismaService } from '@rollcall/persistence';
import { ProbeMetrics } from '@rollcall/probes';
import { readLaunchers } from './launchers.file.js';
import { WorkerModule } from './worker.module.js';

const config = await exitOnConfigError(() => loadWorkerConfig());
const logger = createLogger({ service: 'worker', level: config.logLevel });
for (const warning of configWarnings(config)) logger.warn(warning);

const app = await NestFactory.createApplicationContext(
  WorkerModule.forRoot({
    databaseUrl: config.databaseUrl,
    redisUrl: config.redisUrl,
    inspections: new InspectionPolicy(
      { allowPrivate: config.allowPrivateNetworks },
      readLaunchers(config.stdioLaunchersFile),
    ),
    notifications: new NotificationSettings({
      secretsKeyFile: config.secretsKeyFile,
      publicUrl: config.publicUrl,
      allowPrivate: config.allowPrivateNetworks,
    }),
    conformanceKitDir: config.conformanceKitDir,
    clock: systemClock(config.clockOffsetMs),
    logger,
  }),
  { logger: new NestLogger(logger), abortOnError: false },
);

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
  const prisma = app.get(PrismaService);
  const queue = app.get(JobQueue);
  const metrics = createMetrics('worker');
  app.get(ProbeMetrics, { strict: false }).register(metrics);
  await serveInternal({
    host: config.host,
    port: config.internalPort,
    metrics,
    checks: {
      postgresql: async () => void (await prisma.$queryRaw`SELECT 1`),
      queue: async () => void (await queue.depth('inspections')),
    },
  });
}
process.stdout.write(`${JSON.stringify({ ready: true })}\n`);
