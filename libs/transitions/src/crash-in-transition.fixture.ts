import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Runtime, RuntimeModule } from '@rollcall/access';
import { InspectionPolicy, InspectionsModule } from '@rollcall/inspections';
import { systemClock } from '@rollcall/kernel';
import { PersistenceModule, PrismaService, TransactionRunner, type Tx } from '@rollcall/persistence';
import { TransitionService, TransitionsModule } from './index.js';

/** A program that takes a step and stops in the open transaction after everything is written, until it is killed. */
const [url = '', organizationId = '', versionId = ''] = process.argv.slice(2);

@Module({
  imports: [
    PersistenceModule.forRoot({ url }),
    RuntimeModule.forRoot(systemClock()),
    InspectionsModule.forRoot(new InspectionPolicy({ allowPrivate: [] }, {})),
    TransitionsModule,
  ],
})
class CrashModule {}

const app = await NestFactory.createApplicationContext(CrashModule, { logger: ['error'], abortOnError: false });
const prisma = app.get(PrismaService);
const hanging: Pick<TransactionRunner, 'run'> = {
  run: <T>(fn: (tx: Tx) => Promise<T>) =>
    prisma.$transaction(
      async (tx) => {
        await fn(tx);
        const [left] = await tx.$queryRaw<{ n: bigint }[]>`
          SELECT (SELECT count(*) FROM transitions WHERE to_state = 'in_review')
               + (SELECT count(*) FROM audit_events WHERE action = 'version.submit')
               + (SELECT count(*) FROM outbox WHERE topic = 'version.transitioned') AS n`;
        process.stdout.write(`written ${left?.n}\n`);
        return new Promise<T>(() => undefined);
      },
      { timeout: 120_000 },
    ),
};
// the real verb over the real database; only the commit never comes
Object.assign(app.get(TransitionService), { transactions: hanging });
await app
  .get(TransitionService)
  .transition(app.get(Runtime).systemContext(organizationId), { version: { byId: versionId }, to: 'in_review' });
