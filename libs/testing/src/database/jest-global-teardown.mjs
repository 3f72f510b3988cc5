export default async function globalTeardown() {
  await globalThis.rollcallTestServer?.close();
}
