import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { PrismaPg } from '@prisma/adapter-pg';
import { DATABASE_CONFIG, type DatabaseConfig } from './database.js';
import { PrismaClient } from './generated/client.js';

/** The Prisma client on one connection pool; connects at module start, disconnects at shutdown. */
@Injectable()
export class PrismaService extends PrismaClient implements OnModuleInit, OnApplicationShutdown {
  constructor(@Inject(DATABASE_CONFIG) config: DatabaseConfig) {
    super({
      adapter: new PrismaPg({
        connectionString: config.url,
        max: config.poolMax ?? 10,
        connectionTimeoutMillis: 10_000,
        application_name: 'rollcall',
      }),
    });
  }

  async onModuleInit(): Promise<void> {
    await this.$connect();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.$disconnect();
  }
}
