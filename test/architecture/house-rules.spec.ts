import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const scripts = path.resolve(import.meta.dirname, '../../scripts');
const NOTHING = 'export const a = 1;\n';
const READS = 'export const home = process.env.HOME;\n';

/** What each rule must find, one file each. */
const BROKEN: [file: string, rule: string, text: string][] = [
  ['libs/a/src/property.ts', 'environment', READS],
  ['libs/a/src/key.ts', 'environment', "export const home = process['env'];\n"],
  ['libs/a/src/destructured.ts', 'environment', 'export const { env } = process;\n'],
  ['libs/a/src/imported.ts', 'environment', "import { env } from 'node:process';\nexport const home = env;\n"],
  ['libs/a/src/global.ts', 'environment', 'export const home = globalThis.process.env.HOME;\n'],
  ['apps/a/src/session.thing.ts', 'file-roles', NOTHING],
  ['apps/a/src/SessionStore.ts', 'file-roles', NOTHING],
  ['apps/a/src/session_store.ts', 'file-roles', NOTHING],
  ['libs/b/src/string-utils.ts', 'names', NOTHING],
  ['libs/b/src/helpers/session.ts', 'names', NOTHING],
  ['libs/b/src/session-manager.ts', 'names', NOTHING],
  ['libs/b/src/common.ts', 'names', NOTHING],
  ['libs/b/src/session.ts', 'names', 'export class SessionManager {}\n'],
  ['libs/c/src/fixed.ts', 'trackers', '// fixed for #123\nexport const a = 1;\n'],
  ['libs/c/src/documented.ts', 'trackers', '/**\n * See issue 7.\n */\nexport const a = 1;\n'],
  ['docs/decided.md', 'trackers', 'As in https://example.org/pull/42 decided.\n'],
];

/** What a rule written too wide would find. */
const FINE: [file: string, text: string][] = [
  ['libs/config/src/config.ts', READS],
  ['scripts/up.mjs', READS],
  ['libs/a/src/property.spec.ts', READS],
  ['libs/c/src/colour.ts', "export const colour = '#123456'; // a number sign alone: #\n"],
  ['libs/c/src/check.read-model.prisma.ts', NOTHING],
  ['docs/operations.md', '# 1 Start\n[jump](#2-stop)\n'],
];

describe('house rules', () => {
  let house: string;
  let findings: string[];

  beforeAll(() => {
    house = mkdtempSync(path.join(tmpdir(), 'rollcall-rules-'));
    for (const [file, , text] of BROKEN) put(file, text);
    for (const [file, text] of FINE) put(file, text);
    findings = check('check-house-rules.mjs').findings;
  });
  afterAll(() => rmSync(house, { recursive: true, force: true }));

  function put(file: string, text: string): void {
    mkdirSync(path.dirname(path.join(house, file)), { recursive: true });
    writeFileSync(path.join(house, file), text);
  }

  function check(script: string): { code: number | null; findings: string[] } {
    const result = spawnSync(process.execPath, [path.join(scripts, script), house], { encoding: 'utf8' });
    return { code: result.status, findings: result.stderr.split('\n').filter(Boolean) };
  }

  it.each(BROKEN)('find %s: %s', (file, rule) => {
    expect(findings.filter((line) => line.startsWith(`${file}:`))).toEqual([expect.stringContaining(` ${rule}: `)]);
  });

  it.each(FINE)('let %s pass', (file) => {
    expect(findings.filter((line) => line.startsWith(`${file}:`))).toEqual([]);
  });

  it('end with exit code 1 when something was found and with 0 when nothing was', () => {
    expect(check('check-house-rules.mjs').code).toBe(1);
    rmSync(house, { recursive: true });
    put('libs/a/src/fine.ts', NOTHING);
    expect(check('check-house-rules.mjs')).toEqual({ code: 0, findings: [] });
  });

  it('refuse a file of 401 lines and accept one of 400', () => {
    put('libs/a/src/long.ts', 'export {};\n'.repeat(400));
    expect(check('check-sizes.mjs').code).toBe(0);
    put('libs/a/src/long.ts', 'export {};\n'.repeat(401));
    expect(check('check-sizes.mjs')).toEqual({ code: 1, findings: [expect.stringContaining('long.ts: 401 lines')] });
  });
});
