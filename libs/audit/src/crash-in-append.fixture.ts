import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Runtime, RuntimeModule } from '@rollcall/access';
import { systemClock } from '@rollcall/kernel';
import { PersistenceModule, PrismaService } from '@rollcall/persistence';
import { AuditLog, AuditModule } from './index.js';

/** A program that appends an event and stops between the append and the commit, until it is killed. */
const [url = '', organizationId = ''] = process.argv.slice(2);

@Module({ imports: [PersistenceModule.forRoot({ url }), RuntimeModule.forRoot(systemClock()), AuditModule] })
class CrashModule {}

const app = await NestFactory.createApplicationContext(CrashModule, { logger: ['error'], abortOnError: false });
await app.get(PrismaService).$transaction(
  async (tx) => {
    const ctx = app.get(Runtime).systemContext(organizationId);
    await app.get(AuditLog).append(tx, ctx, { action: 'server.read', subject: 'never' });
    const [row] = await tx.$queryRaw<{ n: bigint }[]>`SELECT count(*) AS n FROM audit_events WHERE subject = 'never'`;
    process.stdout.write(`written ${row?.n}\n`);
    await new Promise(() => undefined);
  },
  { timeout: 120_000 },
);
