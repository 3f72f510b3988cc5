import { startEmbeddedPostgres } from '@rollcall/persistence';
import { identityOf, type ProcessIdentity, stillRuns } from './process-identity.js';

const WATCH_EVERY_MS = 1_000;

/** The database of an installation; `identity` only when it is the embedded one. */
export type Database = { url: string; identity?: ProcessIdentity; stop(): Promise<void> };

/** The external database when there is one, else the embedded one, started. `onDeath` is called when that one disappears. */
export async function openDatabase(
  externalUrl: string | undefined,
  dataDir: string,
  onDeath: () => void,
): Promise<Database> {
  if (externalUrl !== undefined) return { url: externalUrl, stop: async () => undefined };
  const server = await startEmbeddedPostgres({ dataDir, database: 'rollcall' });
  const identity = identityOf(server.pid);
  if (identity === undefined) return { url: server.url(), stop: () => server.stop() };
  const timer = setInterval(() => {
    if (stillRuns(identity)) return;
    clearInterval(timer);
    onDeath();
  }, WATCH_EVERY_MS);
  return {
    url: server.url(),
    identity,
    stop: () => {
      clearInterval(timer);
      return server.stop();
    },
  };
}
