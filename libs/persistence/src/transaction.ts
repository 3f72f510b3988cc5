import { Injectable } from '@nestjs/common';
import { isRetryable } from './database-errors.js';
import type { Prisma } from './generated/client.js';
import { PrismaService } from './prisma.service.js';

/** A client that is inside one open transaction. */
export type Tx = Prisma.TransactionClient;

/** Isolation levels by their SQL names; PostgreSQL's default is READ COMMITTED. */
export type Isolation = 'read committed' | 'repeatable read' | 'serializable';

const LEVELS = {
  'read committed': 'ReadCommitted',
  'repeatable read': 'RepeatableRead',
  serializable: 'Serializable',
} as const;

const MAX_ATTEMPTS = 5;
const BASE_DELAY_MS = 10;

/**
 * Runs a use case's writes as one transaction. Port and Nest token.
 * `fn` may run several times (serialization failure, deadlock): it must touch nothing but the database.
 */
export abstract class TransactionRunner {
  /** Commits what `fn` did, or nothing when it throws; tries again up to 5 times when PostgreSQL asks for it. */
  abstract run<T>(fn: (tx: Tx) => Promise<T>, options?: { isolation?: Isolation; timeoutMs?: number }): Promise<T>;

  /** All reads in `fn` see the database at one moment (REPEATABLE READ, READ ONLY); a write in it fails. */
  abstract snapshot<T>(fn: (tx: Tx) => Promise<T>, options?: { timeoutMs?: number }): Promise<T>;
}

@Injectable()
export class PrismaTransactionRunner extends TransactionRunner {
  constructor(private readonly prisma: PrismaService) {
    super();
  }

  async run<T>(fn: (tx: Tx) => Promise<T>, options: { isolation?: Isolation; timeoutMs?: number } = {}): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.prisma.$transaction(fn, {
          isolationLevel: LEVELS[options.isolation ?? 'read committed'],
          timeout: options.timeoutMs ?? 15_000,
          maxWait: 10_000,
        });
      } catch (error) {
        if (attempt >= MAX_ATTEMPTS || !isRetryable(error)) throw error;
        await pause(BASE_DELAY_MS * 2 ** attempt * (0.5 + Math.random()));
      }
    }
  }

  snapshot<T>(fn: (tx: Tx) => Promise<T>, options: { timeoutMs?: number } = {}): Promise<T> {
    return this.run(
      async (tx) => {
        await tx.$executeRaw`SET TRANSACTION READ ONLY`;
        return fn(tx);
      },
      { ...options, isolation: 'repeatable read' },
    );
  }
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
