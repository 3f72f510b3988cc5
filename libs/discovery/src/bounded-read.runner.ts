import { Injectable } from '@nestjs/common';
import { TransactionRunner, type Tx } from '@rollcall/persistence';
import { searchTooBroad } from './discovery.errors.js';

/** Longer than any search of a healthy database, shorter than the patience of whoever waits for another one. */
const LIMIT_MS = '5000';
/** How alike a word must be to count as a misspelling: one letter that is wrong, missing or swapped in seven. */
const SIMILAR = '0.4';

/** Runs reads whose cost depends on what a caller typed: the database ends them after five seconds. */
@Injectable()
export class BoundedReads {
  constructor(private readonly transactions: TransactionRunner) {}

  /** Refuses with SEARCH_TOO_BROAD when a statement of `fn` takes too long. `fn` only reads. */
  async run<T>(fn: (tx: Tx) => Promise<T>): Promise<T> {
    try {
      return await this.transactions.run(async (tx) => {
        await tx.$executeRaw`
          SELECT set_config('statement_timeout', ${LIMIT_MS}, true),
            set_config('pg_trgm.word_similarity_threshold', ${SIMILAR}, true)`;
        return fn(tx);
      });
    } catch (error) {
      if (isTimeout(error)) throw searchTooBroad();
      throw error;
    }
  }
}

/** 57014 is query_canceled; the driver's error keeps it somewhere below. */
function isTimeout(error: unknown): boolean {
  for (let one = error, depth = 0; typeof one === 'object' && one !== null && depth < 6; depth++) {
    const { code, originalCode, cause, meta } = one as Record<string, unknown>;
    if (code === '57014' || originalCode === '57014') return true;
    const driver = (meta as { driverAdapterError?: unknown } | undefined)?.driverAdapterError;
    one = cause ?? driver;
  }
  return false;
}
