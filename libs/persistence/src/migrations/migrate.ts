import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal } from '@rollcall/kernel';
import pg from 'pg';

/** The ledger `prisma migrate` keeps, column for column: its CLI accepts what we wrote and the other way round. */
const LEDGER = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)`;

/** The advisory lock `prisma migrate` takes. */
const LOCK = 72707369;

type Migration = { name: string; sql: string; checksum: string };
type LedgerRow = { name: string; checksum: string; finished: boolean; rolledBack: boolean };

/**
 * Applies every migration in `dir` that the database does not have, in name order, and returns the names applied.
 * Safe to call from several processes at once. Refuses (`MIGRATION_*`) an edited, a vanished or an earlier failed migration.
 */
export async function migrateDeploy(url: string, dir: string): Promise<string[]> {
  return withClient(url, async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    await client.query(LEDGER);
    const pending = undone(readMigrations(dir), await readLedger(client));
    for (const migration of pending) await apply(client, migration);
    return pending.map((migration) => migration.name);
  });
}

/** Names of the migrations in `dir` that the database does not have yet; changes nothing. Same refusals as {@link migrateDeploy}. */
export async function pendingMigrations(url: string, dir: string): Promise<string[]> {
  return withClient(url, async (client) => {
    const { rows } = await client.query("SELECT to_regclass('_prisma_migrations') IS NOT NULL AS present");
    const ledger = rows[0]?.present ? await readLedger(client) : [];
    return undone(readMigrations(dir), ledger).map((migration) => migration.name);
  });
}

/** SHA-256 over the names and checksums of all migrations in `dir`, hex: two equal keys mean two equal schemas. */
export function migrationsKey(dir: string): string {
  const hash = createHash('sha256');
  for (const { name, checksum } of readMigrations(dir)) hash.update(`${name}\n${checksum}\n`);
  return hash.digest('hex');
}

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end(); // also releases the advisory lock
  }
}

function readMigrations(dir: string): Migration[] {
  return readdirSync(dir)
    .filter((name) => existsSync(join(dir, name, 'migration.sql')))
    .sort()
    .map((name) => {
      const bytes = readFileSync(join(dir, name, 'migration.sql'));
      return { name, sql: bytes.toString('utf8'), checksum: createHash('sha256').update(bytes).digest('hex') };
    });
}

async function readLedger(client: pg.Client): Promise<LedgerRow[]> {
  const { rows } = await client.query<LedgerRow>(
    `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished, rolled_back_at IS NOT NULL AS "rolledBack"
     FROM _prisma_migrations ORDER BY started_at`,
  );
  return rows;
}

function undone(migrations: Migration[], ledger: LedgerRow[]): Migration[] {
  const standing = ledger.filter((row) => !row.rolledBack);
  const failed = standing.find((row) => !row.finished);
  if (failed) throw failedEarlier(failed.name);
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const row of standing) {
    const migration = known.get(row.name);
    if (!migration) throw unknownMigration(row.name);
    if (migration.checksum !== row.checksum) throw edited(row.name);
  }
  const applied = new Set(standing.map((row) => row.name));
  return migrations.filter((migration) => !applied.has(migration.name));
}

/**
 * The migration and its ledger row are one transaction: a failure or a crash half-way leaves nothing, and the next start
 * tries again. Statements that refuse to run in a transaction go the way of the Prisma CLI: the row first, then the work.
 */
async function apply(client: pg.Client, migration: Migration): Promise<void> {
  const transactional = !/\bCONCURRENTLY\b/i.test(migration.sql);
  const id = randomUUID();
  try {
    if (transactional) await client.query('BEGIN');
    await client.query('INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ($1, $2, $3)', [
      id,
      migration.checksum,
      migration.name,
    ]);
    await client.query(migration.sql);
    await client.query('UPDATE _prisma_migrations SET finished_at = now(), applied_steps_count = 1 WHERE id = $1', [
      id,
    ]);
    if (transactional) await client.query('COMMIT');
  } catch (error) {
    if (transactional) await client.query('ROLLBACK');
    else await client.query('UPDATE _prisma_migrations SET logs = $2 WHERE id = $1', [id, String(error)]);
    throw failedNow(migration.name, transactional, error);
  }
}

function failedNow(name: string, nothingKept: boolean, error: unknown): Refusal {
  const reason = error instanceof Error ? error.message : String(error);
  const refusal = new Refusal({
    code: 'MIGRATION_FAILED',
    message: `Migration ${name} failed: ${reason}`,
    nextStep: nothingKept
      ? 'Nothing of it was kept: mend the cause and start again.'
      : `Mend the cause, undo what it left, then run "npx prisma migrate resolve --rolled-back ${name}" and start again.`,
    details: { migration: name },
  });
  refusal.cause = error;
  return refusal;
}

function failedEarlier(name: string): Refusal {
  return new Refusal({
    code: 'MIGRATION_FAILED_EARLIER',
    message: `Migration ${name} failed or was interrupted earlier, so the schema of this database is not known.`,
    nextStep: `Look at the logs column of _prisma_migrations, then run "npx prisma migrate resolve --rolled-back ${name}" (or --applied).`,
    details: { migration: name },
  });
}

function edited(name: string): Refusal {
  return new Refusal({
    code: 'MIGRATION_EDITED',
    message: `Migration ${name} was edited after it had been applied to this database.`,
    nextStep: 'Restore the file as it was and put the change into a new migration.',
    details: { migration: name },
  });
}

function unknownMigration(name: string): Refusal {
  return new Refusal({
    code: 'MIGRATION_UNKNOWN',
    message: `This database has migration ${name}, which this release does not know: a newer release has used it.`,
    nextStep: 'Start the newer release, or restore a backup from before the upgrade.',
    details: { migration: name },
  });
}
