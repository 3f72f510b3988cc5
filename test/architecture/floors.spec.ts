import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const root = path.resolve(import.meta.dirname, '../..');
const depcruise = path.join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');

type Rule = { name: string; comment?: string };
type Violation = { rule: { name: string }; from: string; to: string };
type Case = { rule: string; file: string; text: string; also?: Record<string, string> };

const PURE = [
  ...[
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
  ],
  ...['conformance', 'openapi', 'outputs'],
];
const FEATURES = [
  ...['access', 'audit', 'identity', 'sessions', 'registry', 'proofs', 'mirrors', 'inspections', 'probes', 'agents'],
  ...[
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
  ],
];
const PLATFORM = ['config', 'observability', 'persistence', 'jobs', 'mcp-client'];
const LIBS = ['kernel', ...PURE, ...PLATFORM, ...FEATURES, 'testing'];

const use = (name: string) => `import { face } from '${name}';\nexport const seen = face;\n`;
const order = (names: string[], floor: string): Case[] =>
  names.slice(0, -1).map((name, index) => ({
    rule: `${floor}-order-${name}`,
    file: `libs/${name}/src/upward.ts`,
    text: use(`@rollcall/${names[index + 1]}`),
  }));

/** One violation of every rule, each in a file of its own. */
const CASES: Case[] = [
  { rule: 'kernel-imports-nothing', file: 'libs/kernel/src/upward.ts', text: use('@rollcall/contract') },
  { rule: 'pure-imports-no-platform', file: 'libs/policy/src/platform.ts', text: use('@rollcall/persistence') },
  { rule: 'platform-imports-no-feature', file: 'libs/jobs/src/feature.ts', text: use('@rollcall/registry') },
  { rule: 'libs-import-no-app', file: 'libs/access/src/app.ts', text: use('../../../apps/api/src/thing.js') },
  { rule: 'apps-import-no-app', file: 'apps/worker/src/other.ts', text: use('../../api/src/thing.js') },
  { rule: 'unknown-lib', file: 'libs/newcomer/src/thing.ts', text: use('@rollcall/kernel') },
  ...order(PURE, 'pure'),
  ...order(FEATURES, 'feature'),
  { rule: 'libs-only-through-index', file: 'libs/checks/src/deep.ts', text: use('../../registry/src/inner.js') },
  {
    rule: 'outsiders-only-through-index',
    file: 'apps/api/src/deep.ts',
    text: use('../../../libs/registry/src/inner.js'),
  },
  { rule: 'libs-by-alias', file: 'libs/checks/src/relative.ts', text: use('../../registry/src/index.js') },
  { rule: 'own-lib-relatively', file: 'libs/usage/src/self.ts', text: use('@rollcall/usage') },
  {
    rule: 'no-circular',
    file: 'libs/agents/src/back.ts',
    text: "import type { Round } from './round.js';\nexport type Back = Round | 2;\n",
    also: { 'libs/agents/src/round.ts': "import type { Back } from './back.js';\nexport type Round = Back | 1;\n" },
  },
  { rule: 'pure-uses-no-node', file: 'libs/bundle/src/files.ts', text: "export { readFileSync } from 'node:fs';\n" },
  {
    rule: 'pure-uses-browser-safe-packages',
    file: 'libs/manifest/src/nest.ts',
    text: "export { Module } from '@nestjs/common';\n",
  },
  { rule: 'gateway-has-no-database', file: 'apps/gateway/src/database.ts', text: use('@rollcall/persistence') },
  {
    rule: 'cli-has-no-server-inside',
    file: 'apps/cli/src/server.ts',
    text: "export { Module } from '@nestjs/common';\n",
  },
  { rule: 'console-runs-in-a-browser', file: 'apps/console/src/server.ts', text: use('@rollcall/config') },
  {
    rule: 'console-uses-no-node',
    file: 'apps/console/src/files.ts',
    text: "export { readFileSync } from 'node:fs';\n",
  },
  {
    rule: 'production-needs-no-dev-package',
    file: 'apps/api/src/dev.ts',
    text: "export { test } from 'fast-check';\n",
  },
  { rule: 'imports-resolve', file: 'apps/api/src/lost.ts', text: use('./nowhere.js') },
  { rule: 'testing-only-in-tests', file: 'apps/api/src/shortcut.ts', text: use('@rollcall/testing') },
  { rule: 'testing-knows-no-app', file: 'libs/testing/src/app.ts', text: use('../../../apps/api/src/thing.js') },
  {
    rule: 'specs-are-not-imported',
    file: 'libs/access/src/uses-spec.ts',
    text: use('./some.spec.js'),
    also: { 'libs/access/src/some.spec.ts': 'export const face = 1;\n' },
  },
  {
    rule: 'suites-start-processes',
    file: 'test/suites/story/01-first.spec.ts',
    text: use('../../../apps/api/src/thing.js'),
  },
];

/** What the rules allow, and what a rule written too wide would forbid. */
const ALLOWED: Record<string, string> = {
  'libs/policy/src/downward.ts': use('@rollcall/contract'),
  'libs/policy/src/tested.spec.ts': `${use('@rollcall/testing')}import { readFileSync } from 'node:fs';\nexport const read = readFileSync;\n`,
  'libs/kernel/src/inside.ts': use('./inner.js'),
  'libs/contract/src/digest.ts': "export { sha256 } from '@noble/hashes/sha2.js';\n",
  'libs/gateways/src/downward.ts': use('@rollcall/access'),
  'libs/jobs/src/platform.ts': use('@rollcall/persistence'),
  'apps/api/src/face.ts': use('@rollcall/registry'),
  'apps/gateway/src/decide.ts': use('@rollcall/policy'),
  'apps/console/src/face.ts': use('@rollcall/schema'),
  'test/suites/story/02-second.spec.ts': use('@rollcall/testing'),
  'bench/speed.ts': use('@rollcall/testing'),
  'bench/overhead.ts': use('../apps/api/test/api.fixture.js'),
  'apps/api/test/api.fixture.ts': "import { face } from '@rollcall/testing';\nexport { face };\n",
};

describe('architecture rules', () => {
  let house: string;
  let violations: Violation[];

  beforeAll(async () => {
    house = mkdtempSync(path.join(tmpdir(), 'rollcall-floors-'));
    for (const file of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json'])
      cpSync(path.join(root, file), path.join(house, file));
    symlinkSync(path.join(root, 'node_modules'), path.join(house, 'node_modules'));
    for (const lib of LIBS) {
      put(`libs/${lib}/src/index.ts`, "export { face } from './inner.js';\n");
      put(`libs/${lib}/src/inner.ts`, 'export const face = 1;\n');
    }
    put('apps/api/src/thing.ts', 'export const face = 1;\n');
    for (const { file, text, also } of CASES)
      for (const [name, content] of Object.entries({ [file]: text, ...also })) put(name, content);
    for (const [file, text] of Object.entries(ALLOWED)) put(file, text);
    violations = await cruise();
  });

  afterAll(() => rmSync(house, { recursive: true, force: true }));

  function put(file: string, text: string): void {
    mkdirSync(path.dirname(path.join(house, file)), { recursive: true });
    writeFileSync(path.join(house, file), text);
  }

  function cruise(): Promise<Violation[]> {
    const args = [
      depcruise,
      'apps',
      'libs',
      'bench',
      'test',
      '--config',
      '.dependency-cruiser.cjs',
      '--output-type',
      'json',
    ];
    return new Promise((resolve, reject) =>
      execFile(process.execPath, args, { cwd: house, maxBuffer: 64 * 1024 * 1024 }, (_error, stdout, stderr) => {
        if (!stdout) return reject(new Error(stderr));
        resolve((JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary.violations);
      }),
    );
  }

  it.each(CASES)('fires $rule', ({ rule, file }) => {
    expect(violations.filter((one) => one.from === file).map((one) => one.rule.name)).toContain(rule);
  });

  it.each(Object.keys(ALLOWED))('lets %s pass', (file) => {
    expect(violations.filter((one) => one.from === file)).toEqual([]);
  });

  it('has a case for every rule, and a reason in every rule', () => {
    const config = createRequire(import.meta.url)(path.join(root, '.dependency-cruiser.cjs')) as { forbidden: Rule[] };
    expect(config.forbidden.map((rule) => rule.name).sort()).toEqual(CASES.map((one) => one.rule).sort());
    expect(config.forbidden.filter((rule) => (rule.comment ?? '').length < 20)).toEqual([]);
  });
});
