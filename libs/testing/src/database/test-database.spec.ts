import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { testDatabase } from './index.js';

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('a test database', () => {
  it('is migrated, empty, and its own even when several are made at once', async () => {
    const databases = await Promise.all([testDatabase(), testDatabase(), testDatabase(), testDatabase()]);
    expect(new Set(databases.map(({ url }) => url)).size).toBe(4);
    await query(
      databases[0].url,
      "INSERT INTO outbox (id, organization_id, topic, payload) VALUES ('a', 'o', 't', '{}')",
    );
    expect(await query(databases[1].url, 'SELECT count(*)::int AS n FROM outbox')).toEqual([{ n: 0 }]);
    await Promise.all(databases.map((database) => database.close()));
  });

  it('is gone after close, even when a connection is still open', async () => {
    const first = await testDatabase();
    const keeper = await testDatabase();
    const left = new pg.Client({ connectionString: first.url });
    left.on('error', () => undefined);
    await left.connect();
    await first.close();
    const name = new URL(first.url).pathname.slice(1);
    expect(await query(keeper.url, `SELECT 1 FROM pg_database WHERE datname = '${name}'`)).toEqual([]);
    await left.end().catch(() => undefined);
    await keeper.close();
  });
});
