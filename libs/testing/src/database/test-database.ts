import { randomBytes } from 'node:crypto';
import net from 'node:net';
import { loadTestConfig } from '@rollcall/config';
import { administer, databaseUrl, startTestServer, type TestServer } from './test-server.js';

/** A database of one test file: migrated, empty, its own. */
export type TestDatabase = { url: string; close(): Promise<void> };

type Lease = { adminUrl: string; template: string; release(): Promise<void> };

/**
 * Clones the migrated template (about 0.1 s). Every database is on the one server of the jest run; outside such a run
 * the first caller starts a server and the last `close` stops it. `close` drops the database even when connections are open.
 */
export async function testDatabase(): Promise<TestDatabase> {
  const lease = await leaseServer();
  const name = `test_${process.pid}_${randomBytes(5).toString('hex')}`;
  await administer(lease.adminUrl, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${lease.template}`));
  return {
    url: databaseUrl(lease.adminUrl, name),
    close: async () => {
      await administer(lease.adminUrl, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
      await lease.release();
    },
  };
}

async function leaseServer(): Promise<Lease> {
  const { databaseUrl: externalUrl, databaseSocket } = loadTestConfig();
  if (databaseSocket) return { ...(await askRun(databaseSocket)), release: async () => {} };
  return ownServer(externalUrl);
}

/** The jest run starts its server when the first test file asks, so that runs without a database pay nothing. */
function askRun(socketPath: string): Promise<{ adminUrl: string; template: string }> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(socketPath).setTimeout(60_000).setEncoding('utf8');
    let text = '';
    socket.on('data', (part) => {
      text += part;
    });
    socket.once('timeout', () => socket.destroy(new Error('the test run did not answer in time')));
    socket.once('error', reject);
    socket.once('end', () => {
      const answer = JSON.parse(text) as { adminUrl: string; template: string } | { error: string };
      if ('error' in answer) reject(new Error(answer.error));
      else resolve(answer);
    });
  });
}

let own: { server: Promise<TestServer>; users: number } | undefined;

async function ownServer(externalUrl: string | undefined): Promise<Lease> {
  own ??= { server: startTestServer(externalUrl), users: 0 };
  const mine = own;
  mine.users++;
  const server = await mine.server.catch((error: unknown) => {
    own = undefined; // the next caller tries again
    throw error;
  });
  return {
    adminUrl: server.adminUrl,
    template: server.template,
    release: async () => {
      if (--mine.users > 0) return;
      own = undefined;
      await server.stop();
    },
  };
}
