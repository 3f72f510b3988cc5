import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { CLI, offer, ROOT, Workspace } from './shell.js';

let workspace: Workspace;

beforeEach(async () => {
  workspace = new Workspace();
  workspace.write('contract.json', offer(['city']));
  workspace.write('old.json', offer(['city']));
  await workspace.commit();
  workspace.write('contract.json', offer(['city', 'units']));
});
afterEach(() => workspace.remove());

type Job = {
  id_tokens: Record<string, { aud: string }>;
  variables: Record<string, string>;
  script: string[];
  artifacts: { paths: string[]; reports: Record<string, string> };
};
type Spec = { spec: { inputs: Record<string, { default: string; options?: string[] }> } };

describe('the GitLab component', () => {
  const text = readFileSync(path.join(ROOT, 'integrations/gitlab/template.yml'), 'utf8');
  const [spec] = parseAllDocuments(text).map((document) => document.toJS() as Spec);
  const inputs = spec?.spec.inputs ?? {};

  /** The job as GitLab makes it: inputs are filled in as text. */
  function jobOf(given: Record<string, string>): Job {
    const body = text.slice(text.indexOf('\n---\n') + 5);
    const filled = body.replace(
      /\$\[\[ inputs\.([\w-]+) \]\]/g,
      (_whole, name: string) => given[name] ?? inputs[name]?.default ?? '',
    );
    return (parse(filled) as { rollcall: Job }).rollcall;
  }

  const run = (given: Record<string, string>, env: Record<string, string> = {}) => {
    const job = jobOf({ cli: CLI, ...given });
    return workspace.bash(job.script.join('\n'), { ...job.variables, ...env });
  };

  it('declares every input that it uses, with a default, and uses each', () => {
    const used = new Set([...text.matchAll(/\$\[\[ inputs\.([\w-]+) \]\]/g)].map(([, name]) => name));
    expect([...used].sort()).toEqual(Object.keys(inputs).sort());
    for (const { default: value } of Object.values(inputs)) expect(typeof value).toBe('string');
    expect(jobOf({ audience: 'mine' }).id_tokens).toEqual({ ROLLCALL_ID_TOKEN: { aud: 'mine' } });
  });

  it('fails on a breaking change and leaves the reports that it declares', async () => {
    const ran = await run(
      { command: 'diff', target: 'contract.json', against: 'old.json' },
      { CI_PROJECT_PATH: 'acme/weather', CI_MERGE_REQUEST_IID: '7' },
    );
    expect([ran.code, ran.stdout]).toEqual([1, expect.stringMatching(/^✖ breaking/)]);
    const { reports, paths } = jobOf({}).artifacts;
    for (const file of [...Object.values(reports), ...paths]) {
      expect([file, existsSync(path.join(workspace.work, file))]).toEqual([file, true]);
    }
    const entries = JSON.parse(readFileSync(path.join(workspace.work, reports['codequality'] ?? ''), 'utf8'));
    expect(entries).toMatchObject([{ check_name: 'INPUT_REQUIRED_ADDED', location: { path: 'contract.json' } }]);
    expect(readFileSync(path.join(workspace.work, 'rollcall.md'), 'utf8')).toContain('gitlab%3Aacme%2Fweather%3A7');
  });

  it('passes on, and stops with a sentence where it cannot run', async () => {
    expect((await run({ command: 'lint', target: 'old.json' })).code).toBe(0);
    expect(
      (await run({ command: 'diff', target: 'contract.json', against: 'old.json', 'fail-on': 'never' })).code,
    ).toBe(0);
    expect(await run({ cli: '', version: 'latest', command: 'lint' })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('must be exact'),
    });
    const login = await run({ command: 'lint', target: 'old.json', url: 'http://127.0.0.1:9' });
    expect([login.code, login.stderr]).toEqual([2, expect.stringContaining('NO_OIDC_TOKEN')]);
  });
});

describe('the pre-commit hooks', () => {
  const folder = path.join(ROOT, 'integrations/pre-commit');
  type Hook = { id: string; name: string; entry: string; language: string; files: string };
  const hooks = parse(readFileSync(path.join(folder, '.pre-commit-hooks.yaml'), 'utf8')) as Hook[];

  /** As pre-commit runs a script: entry, arguments, then the files that are committed. */
  const run = (id: string, files: string[], args = '') => {
    const { entry = '' } = hooks.find((hook) => hook.id === id) ?? {};
    const names = files.filter((file) => new RegExp(hooks[0]?.files ?? '').test(file) || args !== '');
    return workspace.bash(`"${folder}"/${entry} ${args} ${names.join(' ')}`, { ROLLCALL_CLI: CLI });
  };

  it('name a script that is there and may be run', () => {
    expect(hooks.map(({ id, language }) => [id, language])).toEqual([
      ['rollcall-lint', 'script'],
      ['rollcall-diff', 'script'],
    ]);
    expect(statSync(path.join(folder, 'rollcall-hook.sh')).mode & 0o111).not.toBe(0);
  });

  it('stop a commit that breaks callers, and let one that does not pass', async () => {
    expect(await run('rollcall-diff', ['contract.json'])).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^✖ breaking/),
    });
    workspace.write('contract.json', offer(['city']));
    expect((await run('rollcall-diff', ['contract.json'])).code).toBe(0);
  });

  it('let a new file pass and take options', async () => {
    workspace.write('tools.json', offer(['city']));
    expect(await run('rollcall-diff', ['tools.json'])).toMatchObject({
      code: 0,
      stdout: 'tools.json is new: there is nothing to compare it with.\n',
    });
    expect((await run('rollcall-diff', ['contract.json'], '--fail-on=never')).code).toBe(0);
  });

  it('lint every file, and say the worst', async () => {
    workspace.write('tools.json', { tools: [{ name: 'schemaless' }] });
    expect((await run('rollcall-lint', ['contract.json', 'tools.json'])).code).toBe(1);
    expect((await run('rollcall-lint', ['contract.json'])).code).toBe(0);
    expect((await workspace.bash(`"${folder}"/rollcall-hook.sh nothing`, {})).code).toBe(2);
  });
});
