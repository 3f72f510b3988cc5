import { type DynamicModule, Module } from '@nestjs/common';
import { type Clock, systemClock, ulidIds } from '@rollcall/kernel';
import { DATABASE_CONFIG, type DatabaseConfig } from './database.js';
import { Outbox } from './outbox/outbox.js';
import { PrismaService } from './prisma.service.js';
import { PrismaTransactionRunner, TransactionRunner } from './transaction.js';

/** Provides {@link PrismaService}, {@link TransactionRunner} and {@link Outbox} to the whole application. */
@Module({})
export class PersistenceModule {
  /** One pool per process; `clock` times the ids of outbox events (default: the machine's); `scope` as in {@link DatabaseConfig}. */
  static forRoot(options: DatabaseConfig & { clock?: Clock }): DynamicModule {
    return {
      module: PersistenceModule,
      global: true,
      providers: [
        { provide: DATABASE_CONFIG, useValue: options },
        PrismaService,
        { provide: TransactionRunner, useClass: PrismaTransactionRunner },
        { provide: Outbox, useValue: new Outbox(ulidIds(options.clock ?? systemClock())) },
      ],
      exports: [DATABASE_CONFIG, PrismaService, TransactionRunner, Outbox],
    };
  }
}
