import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const inRepository = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/**
 * The api serves this build under `default-src 'self'`: nothing may be inlined as a data: URI or an inline script.
 * `vite apps/console --config apps/console/vite.config.ts` develops against an api on its default port.
 */
export default defineConfig({
  root: inRepository('apps/console'),
  base: '/',
  plugins: [react()],
  resolve: { alias: [{ find: /^@rollcall\/(.*)$/, replacement: inRepository('libs/$1/src/index.ts') }] },
  build: {
    outDir: inRepository('dist/console'),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    target: 'es2022',
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
  server: { port: 5173, proxy: { '/graphql': 'http://127.0.0.1:8080' } },
});
