import { resolve } from 'node:path';
import { defineConfig } from 'prisma/config';

// npm ships the schema engine as WASM only; the stand-in speaks the native engine's protocol, so nothing is downloaded.
// Windows cannot start a script as a program: there the CLI fetches its native engine.
if (process.platform !== 'win32') {
  process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= resolve(import.meta.dirname, 'tools/schema-engine.mjs');
}

export default defineConfig({
  schema: 'prisma/schema',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env.ROLLCALL_DATABASE_URL ?? 'postgresql://rollcall@127.0.0.1:5432/rollcall' },
});
