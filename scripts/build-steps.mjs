// The steps of a build. A step runs when the content of its inputs changed or an output is gone; its stamp is written
// last, so that an interrupted build is simply done again.
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { takeBuildLock } from './build-lock.mjs';
import { fingerprint, readStamps, writeStamps } from './fingerprint.mjs';
import { runQuietly } from './run.mjs';
import { Stop, say, step } from './say.mjs';
import { sourceFiles } from './source-files.mjs';

const SPEC = /\.spec\.tsx?$/;
const ASSET = /\.(graphql|conf|csv|json|sql|html|lua|yaml)$/;
/** Everything that changes what the compilers do with the same sources. */
const TOOLCHAIN = ['package-lock.json', 'package.json', 'tsconfig.json', 'tsconfig.build.json', 'nest-cli.json'];

const steps = [
  {
    name: 'prisma',
    title: 'Prisma client',
    inputs: (files) => [...under(files, 'prisma/schema/'), 'prisma.config.ts', 'package-lock.json'],
    outputs: () => ['libs/persistence/src/generated/client.ts'],
    async work({ tool, log }) {
      await runQuietly('Generating the Prisma client', process.execPath, [tool('prisma'), 'generate'], { log });
    },
  },
  {
    name: 'codegen',
    title: 'GraphQL types',
    inputs: (files) => [
      ...files.filter((file) => file.endsWith('.graphql')),
      'scripts/codegen.mjs',
      'package-lock.json',
    ],
    // which files it writes is its own affair: what it left behind must still be there
    outputs: (root) => generatedFiles(root),
    async work({ log }) {
      await runQuietly('Generating the GraphQL types', process.execPath, ['scripts/codegen.mjs'], { log });
    },
  },
  {
    name: 'compile',
    title: 'apps, libs and benches',
    inputs: (files) => [...files.filter(isCompiled), ...TOOLCHAIN],
    salt: (stamps) => [stamps.prisma?.fingerprint, stamps.codegen?.fingerprint],
    outputs: (_root, files) => files.filter(isCompiled).map(emitted),
    async work({ root, tool, log, files }) {
      await runQuietly('Compiling', process.execPath, [tool('nest'), 'build', 'api'], { log });
      prune(root, new Set(files.filter(isCompiled).map(emitted)));
    },
  },
  {
    name: 'assets',
    title: 'assets',
    inputs: (files) => files.filter(isAsset),
    outputs: (_root, files) => files.filter(isAsset).map((file) => `dist/${file}`),
    async work({ root, files }) {
      for (const file of files.filter(isAsset)) {
        mkdirSync(path.join(root, 'dist', path.dirname(file)), { recursive: true });
        cpSync(path.join(root, file), path.join(root, 'dist', file));
      }
    },
  },
  {
    name: 'console',
    title: 'console',
    inputs: (files) => [
      ...under(files, 'apps/console/'),
      ...files.filter((file) => file.startsWith('libs/') && isCompiled(file)),
      ...TOOLCHAIN,
    ],
    salt: (stamps) => [stamps.codegen?.fingerprint],
    outputs: () => ['dist/console/index.html'],
    async work({ root, tool, log }) {
      const out = path.join(root, 'dist', 'console');
      const args = [tool('vite'), 'build', 'apps/console', '--outDir', out, '--emptyOutDir', '--logLevel', 'warn'];
      await runQuietly('Building the console', process.execPath, args, { log });
    },
  },
];

/** Brings dist/ up to date with the working tree at `root`. Two builds at the same time wait for each other. */
export async function build(root, { force = false } = {}) {
  process.chdir(root);
  const release = await takeBuildLock(path.join(root, 'dist', '.build.lock'));
  try {
    const stale = staleSteps(root, force);
    if (stale.length === 0) return;
    say(`Building: ${stale.length === steps.length ? 'everything' : stale.join(', ')}`);
    for (const one of steps) await bringUpToDate(root, one, force);
  } finally {
    release();
  }
}

/** Names of the steps that would run now; a later one may follow when an earlier one changes its inputs. */
export function staleSteps(root, force = false) {
  const stamps = readStamps(stampFile(root));
  const files = sourceFiles(root);
  return steps.filter((one) => force || !isFresh(root, one, stamps, files)).map((one) => one.name);
}

function isFresh(root, one, stamps, files) {
  const stamp = stamps[one.name];
  if (!stamp || stamp.fingerprint !== inputPrint(root, one, stamps, files)) return false;
  return stamp.outputs.every((file) => existsSync(path.join(root, file)));
}

async function bringUpToDate(root, one, force) {
  const file = stampFile(root);
  const stamps = readStamps(file);
  const files = sourceFiles(root);
  if (!force && isFresh(root, one, stamps, files)) return;
  const print = inputPrint(root, one, stamps, files);
  delete stamps[one.name];
  writeStamps(file, stamps);
  const log = path.join(root, 'dist', 'logs', `${one.name}.log`);
  await step(one.title, () => one.work({ root, files, log, tool: (name) => programOf(root, name) }));
  const outputs = one.outputs(root, files);
  const missing = outputs.find((output) => !existsSync(path.join(root, output)));
  if (missing) throw new Stop(`The build step "${one.title}" ended well but did not write ${missing}; see ${log}.`);
  // the inputs as they were when it started: an edit during the step makes it stale again
  writeStamps(file, { ...readStamps(file), [one.name]: { fingerprint: print, outputs } });
}

function inputPrint(root, one, stamps, files) {
  return fingerprint(root, one.inputs(files), (one.salt?.(stamps) ?? []).map(String));
}

const stampFile = (root) => path.join(root, 'dist', '.build.json');
const under = (files, folder) => files.filter((file) => file.startsWith(folder));
const emitted = (file) => `dist/${file.replace(/\.ts$/, '.js')}`;

function isCompiled(file) {
  return /^(apps\/(?!console\/)|libs\/|bench\/).*\.ts$/.test(file) && !SPEC.test(file) && !file.endsWith('.d.ts');
}

/** What compiled code reads beside itself: SDL, permission files, manifests. */
function isAsset(file) {
  if (!/^(apps|libs)\//.test(file) || file.startsWith('apps/console/') || !ASSET.test(file)) return false;
  return !/\/(test|fixtures)\/|\/(package|tsconfig[^/]*)\.json$/.test(file);
}

function generatedFiles(root) {
  const folders = ['libs/schema/src/generated', 'apps/console/src/generated', 'apps/cli/src/generated'];
  return folders
    .filter((folder) => existsSync(path.join(root, folder)))
    .flatMap((folder) => readdirSync(path.join(root, folder), { recursive: true }).map((file) => `${folder}/${file}`));
}

/** Removes what was compiled from sources that are gone; a deleted module must not be importable. */
function prune(root, wanted) {
  for (const folder of ['dist/apps', 'dist/libs', 'dist/bench']) {
    if (!existsSync(path.join(root, folder))) continue;
    for (const entry of readdirSync(path.join(root, folder), { recursive: true })) {
      const file = `${folder}/${entry.split(path.sep).join('/')}`;
      if (!/\.js(\.map)?$/.test(file) || file.includes('/generated/')) continue;
      if (!wanted.has(file.replace(/\.map$/, ''))) rmSync(path.join(root, file), { force: true });
    }
  }
}

/** The program a package installs, as a script for Node: no shell and no .cmd wrapper is between us and its exit code. */
function programOf(root, name) {
  const file = { prisma: 'prisma/build/index.js', nest: '@nestjs/cli/bin/nest.js', vite: 'vite/bin/vite.js' }[name];
  return path.join(root, 'node_modules', file);
}
