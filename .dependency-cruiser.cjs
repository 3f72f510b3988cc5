/**
 * The floors of the house as rules; docs/ARCHITECTURE.md draws them. `npm run arch` runs them, and
 * test/architecture/floors.spec.ts proves that each one fires. Every rule says why it exists.
 *
 * apps > feature libs > platform libs > pure libs > kernel: a file imports only from lower floors.
 */
const KERNEL = 'kernel';
/** Each may import those before it. */
const PURE = [
  'contract',
  'manifest',
  'compatibility',
  'lint',
  'expectations',
  'reports',
  'policy',
  'bundle',
  'lifecycle',
  'schema',
  'conformance',
  'openapi',
  'outputs',
];
const PLATFORM = ['config', 'observability', 'persistence', 'jobs', 'mcp-client'];
/** Each may import those before it. What would point back is a domain event through the outbox. */
const FEATURES = [
  'access',
  'audit',
  'identity',
  'sessions',
  'registry',
  'proofs',
  'mirrors',
  'inspections',
  'probes',
  'agents',
  'usage',
  'consumers',
  'quality',
  'checks',
  'imports',
  'evidence',
  'transitions',
  'drift',
  'governance',
  'notifications',
  'discovery',
  'exports',
  'bundles',
  'gateways',
];

/** All that kernel and pure libs may take from npm: runs in a browser, opens no socket, reads no file. */
const BROWSER_SAFE = ['@noble/hashes', 'ajv', 'ajv-formats', 'gpt-tokenizer', 'graphql', 'semver', 'zod'];

/** Specs, and the fixtures beside an app or lib that only specs and benches use. */
const SPEC = ['\\.spec\\.tsx?$', '^(apps|libs)/[^/]+/test/'];
const libs = (names) => `^libs/(${names.join('|')})/`;
const packages = (names) => `(^|/)node_modules/(${names.join('|')})(/|$)`;
const error = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

/** "Each may import those before it", one rule per lib so that a finding names the lib. */
const ordered = (names, floor) =>
  names
    .slice(0, -1)
    .map((name, index) =>
      error(
        `${floor}-order-${name}`,
        `The ${floor} libs have one declared order (${names.join(' < ')}); ${name} comes before what it imports here. ` +
          'One order keeps every lib readable with only the earlier ones in mind.',
        { path: `^libs/${name}/` },
        { path: libs(names.slice(index + 1)) },
      ),
    );

const floors = [
  error(
    'kernel-imports-nothing',
    'Everything stands on kernel; a kernel that imports another lib turns the whole house into one cycle.',
    { path: `^libs/${KERNEL}/` },
    { path: '^(libs|apps)/', pathNot: `^libs/${KERNEL}/` },
  ),
  error(
    'pure-imports-no-platform',
    'Pure libs hold the decisions and run in the gateway, the CLI and a browser: nothing that needs a process below them.',
    { path: libs(PURE), pathNot: SPEC },
    { path: libs([...PLATFORM, ...FEATURES]) },
  ),
  error(
    'platform-imports-no-feature',
    'Platform libs know no feature, or no feature could be changed without reading all of them.',
    { path: libs(PLATFORM), pathNot: SPEC },
    { path: libs(FEATURES) },
  ),
  error(
    'libs-import-no-app',
    'Apps are composition and transport; a lib that needs one has its port on the wrong floor.',
    { path: '^libs/' },
    { path: '^apps/' },
  ),
  error(
    'apps-import-no-app',
    'Apps are separate processes that meet over the network; shared code belongs to a lib.',
    { path: '^apps/([^/]+)/' },
    { path: '^apps/', pathNot: '^apps/$1/' },
  ),
  error(
    'unknown-lib',
    'A lib that is on no floor is under no rule: name it in .dependency-cruiser.cjs first.',
    { path: '^libs/', pathNot: libs([KERNEL, ...PURE, ...PLATFORM, ...FEATURES, 'testing']) },
    {},
  ),
];

const faces = [
  error(
    'libs-only-through-index',
    'index.ts is the only face of a lib; everything else may change without asking.',
    { path: '^libs/([^/]+)/' },
    { path: '^libs/', pathNot: '^libs/($1/|[^/]+/src/index\\.ts$)' },
  ),
  error(
    'outsiders-only-through-index',
    'index.ts is the only face of a lib, for apps, suites and benches too.',
    { path: '^(apps|test|bench|scripts|tools)/' },
    { path: '^libs/', pathNot: '^libs/[^/]+/src/index\\.ts$' },
  ),
  error(
    'libs-by-alias',
    'Another lib is named @rollcall/<lib>; a relative path into it hides that a border is crossed.',
    { path: '^(libs/[^/]+|apps|test|bench)/' },
    { path: '^libs/', pathNot: '^$1/', dependencyTypesNot: ['aliased-tsconfig', 'aliased-tsconfig-paths', 'aliased'] },
  ),
  error(
    'own-lib-relatively',
    'A lib that imports its own face makes a cycle through index.ts.',
    { path: '^libs/([^/]+)/' },
    { path: '^libs/$1/src/index\\.ts$', dependencyTypes: ['aliased'] },
  ),
  error(
    'no-circular',
    'A cycle cannot be read, tested or loaded in parts; type-only cycles count, they become real ones.',
    {},
    { circular: true },
  ),
];

const packagesPerFloor = [
  error(
    'pure-uses-no-node',
    'kernel and pure libs also run in a browser, where node: modules do not exist.',
    { path: libs([KERNEL, ...PURE]), pathNot: SPEC },
    { dependencyTypes: ['core'] },
  ),
  error(
    'pure-uses-browser-safe-packages',
    'No Nest, Prisma, queue or network below the pure libs; the closed list at the top of this file is all they may use.',
    { path: libs([KERNEL, ...PURE]), pathNot: SPEC },
    { path: '(^|/)node_modules/', pathNot: packages(BROWSER_SAFE), dependencyTypesNot: ['type-only'] },
  ),
  error(
    'gateway-has-no-database',
    'The gateway is bundle in, decisions out: it must work while the control plane and its database are down.',
    { path: '^apps/gateway/', pathNot: SPEC },
    { path: [libs(['persistence', 'jobs', ...FEATURES]), packages(['@nestjs', '@prisma', 'bullmq', 'pg', 'casbin'])] },
  ),
  error(
    'cli-has-no-server-inside',
    'The CLI is installed alone, with few packages, and talks to the control plane only over HTTP.',
    { path: '^apps/cli/', pathNot: SPEC },
    { path: [libs(['persistence', 'jobs', ...FEATURES]), packages(['@nestjs', '@prisma', 'bullmq', 'pg', 'casbin'])] },
  ),
  error(
    'console-runs-in-a-browser',
    'The console can use only what a browser can load: kernel and pure libs.',
    { path: '^apps/console/src/', pathNot: SPEC },
    { path: ['^libs/(?!(kernel|contract|manifest|compatibility|policy|bundle|lifecycle|schema)/)'] },
  ),
  error(
    'console-uses-no-node',
    'node: modules do not exist in a browser.',
    { path: '^apps/console/src/', pathNot: SPEC },
    { dependencyTypes: ['core'] },
  ),
  error(
    'production-needs-no-dev-package',
    'What runs in production must be installed in production; the console is bundled, so its packages are not.',
    { path: '^(apps|libs)/', pathNot: [...SPEC, '^libs/testing/', '^apps/console/'] },
    {
      path: '(^|/)node_modules/',
      dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
      dependencyTypesNot: ['type-only', 'npm'],
    },
  ),
  error(
    'imports-resolve',
    'An import that resolves to nothing fails at run time.',
    {},
    { couldNotResolve: true, pathNot: '/generated/' },
  ),
];

const tests = [
  error(
    'testing-only-in-tests',
    'libs/testing holds hostile servers and shortcuts; product code must not reach them.',
    { path: '^(apps|libs|scripts|tools)/', pathNot: [...SPEC, '^libs/testing/'] },
    { path: '^libs/testing/' },
  ),
  error(
    'testing-knows-no-app',
    'Suites start apps as processes; importing one would test another program.',
    { path: '^libs/testing/' },
    { path: '^apps/' },
  ),
  error(
    'specs-are-not-imported',
    'What exists for tests is not product: shared pieces of tests live in libs/testing or in the test folder of an app.',
    { pathNot: [...SPEC, '^(test|bench)/'] },
    { path: SPEC },
  ),
  error(
    'suites-start-processes',
    'Suites and benches drive the product from outside, over its public interfaces or the fixtures beside an app.',
    { path: '^(test|bench)/' },
    { path: '^apps/', pathNot: '^apps/[^/]+/test/' },
  ),
];

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...floors,
    ...ordered(PURE, 'pure'),
    ...ordered(FEATURES, 'feature'),
    ...faces,
    ...packagesPerFloor,
    ...tests,
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    // the CLI has a package.json of its own; what the root names is there too
    combinedDependencies: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(generated|dist|fixtures)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types', 'typings'],
      extensions: ['.ts', '.tsx', '.mts', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
    },
  },
};
