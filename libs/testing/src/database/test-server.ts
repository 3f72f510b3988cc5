import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { migrateDeploy, migrationsKey, startEmbeddedPostgres } from '@rollcall/persistence';
import pg from 'pg';

/** A server that holds a migrated template; `adminUrl` may create databases. */
export type TestServer = { adminUrl: string; template: string; stop(): Promise<void> };

/** Beside the sources, or one level above what was compiled from them: benches run compiled. */
const MIGRATIONS =
  ['../../../../', '../../../../../']
    .map((up) => fileURLToPath(new URL(`${up}prisma/migrations`, import.meta.url)))
    .find(existsSync) ?? 'prisma/migrations';

/** The external server when a URL is given, else an embedded one in a directory of its own; with the template made. */
export async function startTestServer(externalUrl?: string): Promise<TestServer> {
  if (externalUrl) return { adminUrl: externalUrl, template: await ensureTemplate(externalUrl), stop: async () => {} };
  const home = mkdtempSync(path.join(tmpdir(), 'rollcall-test-'));
  chmodSync(home, 0o711); // the server's user must be able to enter it when the tests run as root
  const removeHome = () => rmSync(home, { recursive: true, force: true });
  try {
    const server = await startEmbeddedPostgres({
      dataDir: path.join(home, 'postgres'),
      database: 'postgres',
      durable: false,
    });
    const stop = () => server.stop().finally(removeHome);
    return { adminUrl: server.url(), template: await ensureTemplate(server.url()), stop };
  } catch (error) {
    removeHome();
    throw error;
  }
}

/** The migrated database that test databases are cloned from; made once per set of migrations, whoever comes first. */
export async function ensureTemplate(adminUrl: string): Promise<string> {
  const name = `rollcall_template_${migrationsKey(MIGRATIONS).slice(0, 16)}`;
  await administer(adminUrl, async (client) => {
    await client.query("SELECT pg_advisory_lock(hashtextextended('rollcall test template', 0))");
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
    if (rowCount) return;
    const draft = `${name}_draft`;
    await client.query(`DROP DATABASE IF EXISTS ${draft} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${draft}`);
    await migrateDeploy(databaseUrl(adminUrl, draft), MIGRATIONS);
    await client.query(`ALTER DATABASE ${draft} RENAME TO ${name}`); // a half-migrated template never has the final name
  });
  return name;
}

/** The same server and sign-in, another database. */
export function databaseUrl(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${database}`;
  return other.href;
}

/** One administrative connection for the time of `use`. */
export async function administer<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
