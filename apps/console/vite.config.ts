import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const api = 'http://127.0.0.1:8080';
const inRepository = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** GraphiQL brings its fonts as data: URIs, which the policy refuses: without them it uses those of the system. */
const withoutInlineFonts: Plugin = {
  name: 'without-inline-fonts',
  enforce: 'pre',
  transform: (code, id) => (/graphiql\/dist\/.*\.css$/.test(id) ? code.replace(/@font-face\s*\{[^}]*\}/g, '') : null),
};

/**
 * The api serves this build under `default-src 'self'`: nothing may be inlined as a data: URI or an inline script.
 * `vite apps/console --config apps/console/vite.config.ts` develops against an api on its default port.
 */
export default defineConfig({
  root: inRepository('apps/console'),
  base: '/',
  plugins: [react(), withoutInlineFonts],
  resolve: { alias: [{ find: /^@rollcall\/(.*)$/, replacement: inRepository('libs/$1/src/index.ts') }] },
  build: {
    outDir: inRepository('dist/console'),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    target: 'es2022',
    modulePreload: { polyfill: false },
    // the editor of GraphiQL is that large; the console's own pages do not load it
    chunkSizeWarningLimit: 3_000,
    rollupOptions: {
      input: ['index', 'graphiql'].map((page) => inRepository(`apps/console/${page}.html`)),
      // "use no memo" speaks to a compiler that has already run over GraphiQL
      onLog: (level, log, tell) => log.code === 'MODULE_LEVEL_DIRECTIVE' || tell(level, log),
    },
  },
  server: { port: 5173, proxy: { '/auth': api, '/graphql': { target: api, ws: true } } },
});
