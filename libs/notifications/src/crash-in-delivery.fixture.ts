import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { RuntimeModule } from '@rollcall/access';
import { systemClock } from '@rollcall/kernel';
import { PersistenceModule } from '@rollcall/persistence';
import { DeliveryService, NotificationSettings, NotificationsModule } from './index.js';

/** A program that makes the first attempt of a delivery; its receiver has it killed before it can mark the delivery. */
const [url = '', secretsKeyFile = '', organizationId = '', id = ''] = process.argv.slice(2);

@Module({
  imports: [
    PersistenceModule.forRoot({ url }),
    RuntimeModule.forRoot(systemClock()),
    NotificationsModule.forRoot(
      new NotificationSettings({
        secretsKeyFile,
        publicUrl: 'https://rollcall.example.com',
        allowPrivate: ['127.0.0.0/8'],
      }),
    ),
  ],
})
class CrashModule {}

const app = await NestFactory.createApplicationContext(CrashModule, { logger: ['error'], abortOnError: false });
await app.get(DeliveryService).attempt({ id, organizationId, attempts: 0 });
