// jest runs this outside its own transforms, hence the hooks that let plain Node load the TypeScript sources.
import '../../../../tools/typescript.mjs';

export default async function globalSetup() {
  const { serveTestServer } = await import('./serve-test-server.ts');
  const served = await serveTestServer();
  process.env.ROLLCALL_TEST_DATABASE_SOCKET = served.socketPath; // workers inherit it
  globalThis.rollcallTestServer = served;
}
