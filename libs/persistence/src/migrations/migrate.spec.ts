import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { testDatabase } from '@rollcall/testing';
import pg from 'pg';
import { migrateDeploy, migrationsKey, pendingMigrations } from './migrate.js';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
let database: Awaited<ReturnType<typeof testDatabase>>;
let dir: string;

beforeEach(async () => {
  database = await testDatabase();
  await query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  dir = mkdtempSync(path.join(tmpdir(), 'rollcall-migrations-'));
});

afterEach(async () => {
  await database.close();
  rmSync(dir, { recursive: true, force: true });
});

function migration(name: string, sql: string): void {
  mkdirSync(path.join(dir, name), { recursive: true });
  writeFileSync(path.join(dir, name, 'migration.sql'), sql);
}

async function query(sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

const deploy = () => migrateDeploy(database.url, dir);
const codeOf = (attempt: Promise<unknown>) =>
  attempt.then(
    () => 'applied',
    (error: { code?: string }) => error.code,
  );

describe('migrations', () => {
  it('are applied once, in order', async () => {
    migration('2_rows', 'INSERT INTO a VALUES (1);');
    migration('1_table', 'CREATE TABLE a (id int);');
    expect(await pendingMigrations(database.url, dir)).toEqual(['1_table', '2_rows']);
    expect(await deploy()).toEqual(['1_table', '2_rows']);
    expect(await deploy()).toEqual([]);
    expect(await pendingMigrations(database.url, dir)).toEqual([]);
    expect(await query('SELECT * FROM a')).toEqual([{ id: 1 }]);
  });

  it('are applied once when two processes start together', async () => {
    migration('1_table', 'CREATE TABLE a (id int); SELECT pg_sleep(0.2);');
    const applied = await Promise.all([deploy(), deploy()]);
    expect(applied.flat()).toEqual(['1_table']);
  });

  it('leave nothing when they fail, so that the next start tries again', async () => {
    migration('1_table', 'CREATE TABLE a (id int); SELECT 1/0;');
    expect(await codeOf(deploy())).toBe('MIGRATION_FAILED');
    expect(await query("SELECT to_regclass('a')::text AS t")).toEqual([{ t: null }]);
    migration('1_table', 'CREATE TABLE a (id int);');
    expect(await deploy()).toEqual(['1_table']);
  });

  it('that cannot run in a transaction leave a note that stops the next start', async () => {
    migration('1_table', 'CREATE TABLE a (id int);');
    migration('2_index', 'CREATE INDEX CONCURRENTLY i ON a (id);');
    migration('3_index', 'CREATE INDEX CONCURRENTLY j ON a (missing);');
    expect(await codeOf(deploy())).toBe('MIGRATION_FAILED');
    expect(await codeOf(deploy())).toBe('MIGRATION_FAILED_EARLIER');
    expect(await query("SELECT to_regclass('i')::text AS t")).toEqual([{ t: 'i' }]);
  });

  it('that were edited after they had been applied are refused', async () => {
    migration('1_table', 'CREATE TABLE a (id int);');
    await deploy();
    migration('1_table', 'CREATE TABLE a (id int); -- harmless?');
    expect(await codeOf(deploy())).toBe('MIGRATION_EDITED');
    expect(await codeOf(pendingMigrations(database.url, dir))).toBe('MIGRATION_EDITED');
  });

  it('of a newer release are refused', async () => {
    migration('1_table', 'CREATE TABLE a (id int);');
    await deploy();
    rmSync(path.join(dir, '1_table'), { recursive: true });
    expect(await codeOf(deploy())).toBe('MIGRATION_UNKNOWN');
  });

  it('have a key that changes with every byte', () => {
    migration('1_table', 'CREATE TABLE a (id int);');
    const key = migrationsKey(dir);
    migration('1_table', 'CREATE TABLE a (id int) ;');
    expect(migrationsKey(dir)).not.toBe(key);
  });

  it('of this release give the ledger that the Prisma CLI accepts, and the tables that its models describe', async () => {
    await migrateDeploy(database.url, path.join(ROOT, 'prisma/migrations'));
    const prisma = (...args: string[]) =>
      spawnSync(process.execPath, [path.join(ROOT, 'node_modules/prisma/build/index.js'), ...args], {
        cwd: ROOT,
        encoding: 'utf8',
        env: { ...process.env, ROLLCALL_DATABASE_URL: database.url },
      });
    expect(prisma('migrate', 'status').stdout).toContain('Database schema is up to date');
    const diff = prisma('migrate', 'diff', '--from-config-datasource', '--to-schema', 'prisma/schema', '--script');
    expect(diff.status).toBe(0);
    expect(beyondModels(diff.stdout)).toEqual(SQL_ONLY);
  });
});

/** What no model describes: generated columns, and a table that a library reads and writes by itself. */
const SQL_ONLY = [
  'ALTER TABLE "servers" DROP COLUMN "search";',
  'ALTER TABLE "tools" DROP COLUMN "search";',
  'DROP TABLE "rate_limits";',
];

/**
 * Where the database and the models disagree about tables and columns. Constraints and indexes are left out: half of ours
 * (partial, with a collation or operator class, with an action) cannot be said in a model, so they are the migrations' alone.
 */
function beyondModels(script: string): string[] {
  const statements = script
    .split('\n')
    .filter((line) => !line.startsWith('--'))
    .join('\n')
    .split(/(?<=;)\s*\n/)
    .map((statement) => statement.trim());
  return statements.filter(
    (one) => one !== '' && !/^(DROP INDEX|CREATE (UNIQUE )?INDEX|ALTER TABLE "\w+" (ADD|DROP) CONSTRAINT) /.test(one),
  );
}
