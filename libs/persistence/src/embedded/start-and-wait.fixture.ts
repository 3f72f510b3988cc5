import { startEmbeddedPostgres } from './embedded-postgres.js';

/** A program that starts the server named on its command line, prints one JSON line and then waits to be killed. */
const [dataDir = ''] = process.argv.slice(2);
try {
  const server = await startEmbeddedPostgres({ dataDir, database: 'rollcall' });
  console.log(JSON.stringify({ url: server.url(), pid: server.pid, uid: process.getuid?.() }));
  process.once('SIGTERM', () => void server.stop());
} catch (error) {
  console.log(JSON.stringify({ code: error instanceof Error && 'code' in error ? error.code : String(error) }));
}
