import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { RuntimeModule } from '@rollcall/access';
import { InspectionPolicy } from '@rollcall/inspections';
import { systemClock } from '@rollcall/kernel';
import { PersistenceModule } from '@rollcall/persistence';
import { ProbeLoop, ProberModule, ProberSettings } from './index.js';

/** A prober in a process of its own, with a clock that is so many milliseconds off; it probes until it is killed. */
const [url = '', offsetMs = '0'] = process.argv.slice(2);
const clock = systemClock(Number(offsetMs));

@Module({
  imports: [
    PersistenceModule.forRoot({ url, clock }),
    RuntimeModule.forRoot(clock),
    ProberModule.forRoot(new ProberSettings(new InspectionPolicy({ allowPrivate: ['127.0.0.0/8'] }, {}), 10_000)),
  ],
})
class CrashModule {}

const app = await NestFactory.createApplicationContext(CrashModule, { logger: ['error'], abortOnError: false });
app.get(ProbeLoop).start((error) => {
  process.stderr.write(`${String(error)}\n`);
});
