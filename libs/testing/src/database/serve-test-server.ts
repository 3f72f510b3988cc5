import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadTestConfig } from '@rollcall/config';
import { startTestServer, type TestServer } from './test-server.js';

/** What the end of a test run must close. */
export type ServedTestServer = { socketPath: string; close(): Promise<void> };

/**
 * Answers on a private socket with the one server of this test run. It starts on the first question, so parallel
 * workers cannot race for it, and belongs to the asking run's main process, so it outlives every worker.
 */
export async function serveTestServer(): Promise<ServedTestServer> {
  const home = mkdtempSync(path.join(tmpdir(), 'rollcall-run-'));
  chmodSync(home, 0o700); // the answer carries the password
  const windows = process.platform === 'win32';
  const socketPath = windows ? `\\\\.\\pipe\\${path.basename(home)}` : path.join(home, 'database.sock');
  let started: Promise<TestServer> | undefined;
  const door = net.createServer(async (socket) => {
    socket.on('error', () => undefined); // a worker that ended while it waited
    started ??= startTestServer(loadTestConfig().databaseUrl);
    const answer = await started.then(
      ({ adminUrl, template }) => ({ adminUrl, template }),
      (error: unknown) => ({ error: String(error) }),
    );
    socket.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve, reject) => door.once('error', reject).listen(socketPath, resolve));
  door.unref();
  return {
    socketPath,
    close: async () => {
      door.close();
      await started?.then(
        (server) => server.stop(),
        () => undefined, // it never started: its error went to those who asked
      );
      rmSync(home, { recursive: true, force: true });
    },
  };
}
