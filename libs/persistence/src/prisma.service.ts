import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { PrismaPg } from '@prisma/adapter-pg';
import { separateBatches } from './batch-scope.js';
import { DATABASE_CONFIG, type DatabaseConfig } from './database.js';
import { PrismaClient } from './generated/client.js';
import { ScopedPool } from './scoped-pool.js';
import { statementNames } from './statement-names.js';

/** The Prisma client on one pool of scoped sessions; connects at module start, disconnects at shutdown. */
@Injectable()
export class PrismaService extends PrismaClient implements OnModuleInit, OnApplicationShutdown {
  private readonly pool: ScopedPool;

  constructor(@Inject(DATABASE_CONFIG) config: DatabaseConfig) {
    const scope = config.scope ?? 'system';
    const pool = new ScopedPool(
      {
        connectionString: config.url,
        max: config.poolMax ?? 10,
        connectionTimeoutMillis: 10_000,
        application_name: 'rollcall',
      },
      scope,
    );
    super({ adapter: new PrismaPg(pool, { disposeExternalPool: true, statementNameGenerator: statementNames() }) });
    this.pool = pool;
    separateBatches(this, scope);
  }

  async onModuleInit(): Promise<void> {
    // Prisma connects when the first query comes: whoever starts on a database without the second wall is told now
    (await this.pool.connect()).release();
    await this.$connect();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.$disconnect();
  }
}
