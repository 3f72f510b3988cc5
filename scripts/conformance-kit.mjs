// Installs the official protocol suite with a Node that runs it, apart from the product: its `node` must never be found
// before the one the product runs on. `npm run conformance-kit`, once, where the worker runs.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { say } from './say.mjs';

const folder = fileURLToPath(new URL('../integrations/conformance-kit/', import.meta.url));
const npm = process.env.npm_execpath;
const [command, first] = npm ? [process.execPath, [npm]] : ['npm', []];
// no script of a package runs: everything that is needed is in the packages as they are
const { status } = spawnSync(command, [...first, 'ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
  cwd: folder,
  stdio: ['ignore', 'inherit', 'inherit'],
});
const entry = `${folder}node_modules/@modelcontextprotocol/conformance/dist/index.js`;
if (status !== 0 || !existsSync(entry)) {
  process.stderr.write('Error: the conformance kit could not be installed.\n');
  process.exit(1);
}
say(`conformance kit installed in ${folder}`);
