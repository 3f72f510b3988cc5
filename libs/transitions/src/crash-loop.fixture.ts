import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Runtime, RuntimeModule } from '@rollcall/access';
import { InspectionPolicy, InspectionsModule } from '@rollcall/inspections';
import { fixedClock, type RequestContext } from '@rollcall/kernel';
import { PersistenceModule } from '@rollcall/persistence';
import { PublishService } from '@rollcall/registry';
import { SunsetService, TransitionsModule } from './index.js';

/** A program that publishes and sweeps until it is killed, and says what was accepted once it was. */
const [url = '', organizationId = '', principalId = '', namespace = '', now = '', round = ''] = process.argv.slice(2);
const clock = fixedClock(now);

@Module({
  imports: [
    PersistenceModule.forRoot({ url, clock }),
    RuntimeModule.forRoot(clock),
    InspectionsModule.forRoot(new InspectionPolicy({ allowPrivate: [] }, {})),
    TransitionsModule,
  ],
})
class CrashLoopModule {}

const app = await NestFactory.createApplicationContext(CrashLoopModule, { logger: ['error'], abortOnError: false });
const runtime = app.get(Runtime);
const context = (): RequestContext => ({
  ...runtime.systemContext(organizationId),
  principal: { id: principalId, kind: 'user', handle: 'ci' },
});

async function publishForEver(): Promise<never> {
  for (let n = 0; ; n++) {
    const manifest = {
      $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json',
      name: `${namespace}/published`,
      version: `${round}.0.${n}`,
      description: 'Published until it is killed.',
    };
    const { versionId } = await app.get(PublishService, { strict: false }).publish(context(), { manifest });
    process.stdout.write(`accepted ${versionId}\n`);
  }
}

async function sweepForEver(): Promise<never> {
  for (;;) {
    const { ended } = await app.get(SunsetService).sweep((id) => runtime.systemContext(id), clock.now());
    for (const id of ended) process.stdout.write(`ended ${id}\n`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

await Promise.all([publishForEver(), sweepForEver()]);
