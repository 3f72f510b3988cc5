import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { call } from '../call.fixture.js';
import { CHECK, refusal, ScriptedControlPlane, VIEWER } from '../control-plane.fixture.js';

const plane = new ScriptedControlPlane();
beforeAll(() => plane.start());
beforeEach(() => plane.begin({ viewer: VIEWER }));
afterEach(() => plane.end());
afterAll(() => plane.stop());

const FINGERPRINT = `sha256:${'a'.repeat(64)}`;
const CHANGE = {
  number: 1,
  ruleId: 'INPUT_REQUIRED_ADDED',
  severity: 'breaking',
  risk: 'none',
  tool: 'forecast',
  path: '/inputSchema/properties/units',
  message: '"units" is now required.',
  fingerprint: FINGERPRINT,
  witness: { value: { city: 'Bern' }, validUnder: 'base', invalidUnder: 'head' },
  waits: true,
  approval: null as object | null,
  impacts: [
    {
      agent: 'billing-agent',
      environment: 'production',
      source: 'usage',
      tool: 'forecast',
      reason: 'calls it',
      calls: 1204,
    },
  ],
};
const STEPS = [{ name: 'diff', status: 'failed', message: 'Against 1.2.4: breaking.' }];
const BLOCKED = {
  ...CHECK,
  status: 'completed',
  conclusion: 'failure',
  serverName: 'com.acme/weather',
  version: '1.3.0',
  baseVersion: '1.2.4',
  baseEnvironment: 'production',
  waiting: 1,
  changes: [CHANGE],
  steps: STEPS,
};
const PASSED = { ...BLOCKED, conclusion: 'success', waiting: 0, changes: [], steps: [] };

type Asked = {
  version?: object;
  candidate?: { server: string; version?: string; contract: object; manifest?: object };
} & {
  against?: object;
  againstEnvironment?: object;
  contextId?: string;
  git?: object;
};

/** Answers with a check, and remembers what it was asked for with. */
function answering(check: object): { asked: () => Asked } {
  let asked: Asked = {};
  plane.fields = {
    check,
    checkRequest: ({ input }: { input: Asked }) => {
      asked = JSON.parse(JSON.stringify(input)) as Asked;
      return { created: true, check: { ...CHECK }, errors: [] };
    },
  };
  return { asked: () => asked };
}

const file = (name: string, value: unknown) => writeFile(path.join(plane.cwd, name), JSON.stringify(value));
const TOOLS = { tools: [{ name: 'forecast', inputSchema: { type: 'object' } }] };

describe('rollcall check', () => {
  it('prints the verdict first, each change with its proof and its callers, and what to do next', async () => {
    answering(BLOCKED);
    const { exitCode, stdout, stderr } = await plane.runText(
      'check',
      'com.acme/weather@1.3.0',
      '--against',
      'env:production',
    );
    expect(exitCode).toBe(1);
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^✖ Blocked {2}com\.acme\/weather 1\.3\.0 against production \(1\.2\.4\) +chk_1$/);
    expect(lines[1]).toMatch(/1 breaking +1 waiting for approval +\d+\.\d s/);
    expect(stdout).toContain('✖ INPUT_REQUIRED_ADDED   forecast › input › units');
    expect(stdout).toContain('1 consumer(s) rely on it (1,204 calls): billing-agent');
    expect(stdout).toContain('witness: {"city":"Bern"} is valid under base, invalid under head');
    expect(stdout).toContain(`Report   ${plane.url}/checks/chk_1`);
    expect(stdout).toContain('rollcall checks approve chk_1 --change 1 --reason "…"');
    // before anything else: a killed job leaves the link
    expect(stderr.split('\n')[0]).toBe(`check chk_1  ${plane.url}/checks/chk_1`);
  });

  it('sends the contract of a file with the server.json beside it', async () => {
    const { asked } = answering(PASSED);
    await file('tools.json', TOOLS);
    await file('server.json', { name: 'com.acme/weather', version: '1.3.0', description: 'Weather.' });
    const { exitCode } = await plane.run(
      'check',
      'tools.json',
      '--manifest',
      'server.json',
      '--context-id',
      'acme/weather#7',
    );
    expect(exitCode).toBe(0);
    expect(asked()).toMatchObject({
      candidate: {
        server: 'com.acme/weather',
        contract: { format: 'rollcall.contract.v1', members: [{ name: 'forecast' }] },
        manifest: { version: '1.3.0' },
      },
      contextId: 'acme/weather#7',
    });
    expect(asked()).not.toHaveProperty('version');
    await plane.run('check', 'tools.json', '--server', 'com.acme/other', '--version', '2.0.0');
    expect(asked()).toMatchObject({ candidate: { server: 'com.acme/other', version: '2.0.0' } });
  });

  it.each([
    ['1.2.0', { against: { byName: { server: 'com.acme/weather', version: '1.2.0' } } }],
    ['registry:com.acme/old@1.2.0', { against: { byName: { server: 'com.acme/old', version: '1.2.0' } } }],
    ['env:production', { againstEnvironment: { environment: 'production' } }],
    ['registry:com.acme/weather@env:staging', { againstEnvironment: { environment: 'staging' } }],
    ['com.acme/old@env:staging', { againstEnvironment: { environment: 'staging', server: 'com.acme/old' } }],
  ])('compares with %s', async (against, expected) => {
    const { asked } = answering(PASSED);
    await plane.run('check', 'registry:com.acme/weather@1.3.0', '--against', against);
    expect(asked()).toMatchObject({
      version: { byName: { server: 'com.acme/weather', version: '1.3.0' } },
      ...expected,
    });
  });

  it('does not wait in the background: exit 6 with the link', async () => {
    answering(PASSED);
    const { exitCode, stdout, stderr } = await plane.runText('check', 'com.acme/weather@1.3.0', '--background');
    expect(exitCode).toBe(6);
    expect(stdout).toContain('? queued');
    expect(stderr).toContain(`${plane.url}/checks/chk_1`);
  });

  it('finds out where the change comes from, and which pull request it is', async () => {
    const { asked } = answering(PASSED);
    await mkdir(path.join(plane.cwd, 'runner'));
    await file('runner/event.json', { pull_request: { head: { sha: 'f00' } } });
    const github = {
      GITHUB_ACTIONS: 'true',
      GITHUB_SERVER_URL: 'https://github.example.com',
      GITHUB_REPOSITORY: 'acme/weather',
      GITHUB_REF: 'refs/pull/12/merge',
      GITHUB_HEAD_REF: 'units',
      GITHUB_SHA: 'merge',
      GITHUB_ACTOR: 'dev\u202E',
      GITHUB_RUN_ID: '99',
      GITHUB_EVENT_PATH: path.join(plane.cwd, 'runner/event.json'),
    };
    const env = { XDG_CONFIG_HOME: plane.cwd, ROLLCALL_URL: plane.url, ROLLCALL_TOKEN: 'rc_token' };
    await call(['check', 'com.acme/weather@1.3.0', '--branch', 'said'], { cwd: plane.cwd, env: { ...env, ...github } });
    expect(asked()).toMatchObject({
      contextId: 'github:acme/weather:12',
      git: {
        commit: 'f00',
        branch: 'said',
        pullRequestUrl: 'https://github.example.com/acme/weather/pull/12',
        buildUrl: 'https://github.example.com/acme/weather/actions/runs/99',
      },
    });
    expect(asked().git).not.toHaveProperty('author');
    const gitlab = {
      GITLAB_CI: 'true',
      CI_PROJECT_PATH: 'acme/weather',
      CI_MERGE_REQUEST_IID: '4',
      CI_MERGE_REQUEST_PROJECT_URL: 'https://gitlab.example.com/acme/weather',
      CI_COMMIT_SHA: 'abc',
      CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: 'units',
    };
    await call(['check', 'com.acme/weather@1.3.0'], { cwd: plane.cwd, env: { ...env, ...gitlab } });
    expect(asked()).toMatchObject({
      contextId: 'gitlab:acme/weather:4',
      git: {
        commit: 'abc',
        branch: 'units',
        pullRequestUrl: 'https://gitlab.example.com/acme/weather/-/merge_requests/4',
      },
    });
    await call(['check', 'com.acme/weather@1.3.0', '--no-git'], { cwd: plane.cwd, env: { ...env, ...gitlab } });
    expect(asked().git).toBeUndefined();
  });

  it('writes reports with the link, what waits as an error, and who approved what', async () => {
    const approved = { ...CHANGE, number: 2, fingerprint: `sha256:${'b'.repeat(64)}`, waits: false };
    const approval = { by: 'riley', reason: 'Agreed.', at: '2026-11-20T12:00:00.000Z' };
    answering({
      ...BLOCKED,
      changes: [CHANGE, { ...approved, approval }],
      findings: [{ ruleId: 'X', severity: 'info', tool: null, path: '', message: 'm' }],
    });
    const { exitCode } = await plane.runText('check', 'com.acme/weather@1.3.0', '--report', 'sarif=out.sarif');
    expect(exitCode).toBe(1);
    const sarif = JSON.parse(await readFile(path.join(plane.cwd, 'out.sarif'), 'utf8'));
    expect(JSON.stringify(sarif)).toContain('INPUT_REQUIRED_ADDED');
  });

  it.each([
    ['a candidate of no server', ['tools.json']],
    ['a file to compare with', ['com.acme/weather@1.3.0', '--against', './old.json']],
  ])('refuses %s as a wrong call', async (_what, args) => {
    answering(PASSED);
    await file('tools.json', TOOLS);
    expect((await plane.run('check', ...args)).exitCode).toBe(2);
  });
});

describe('rollcall checks', () => {
  it('approves changes by the number that was printed', async () => {
    let asked: object = {};
    plane.fields = {
      check: BLOCKED,
      changeApprove: ({ input }: { input: object }) => {
        asked = JSON.parse(JSON.stringify(input)) as object;
        return { check: PASSED, errors: [] };
      },
    };
    const approve = (...more: string[]) => plane.run('checks', 'approve', 'chk_1', '--reason', 'Agreed.', ...more);
    expect(await approve('--change', '1')).toMatchObject({
      exitCode: 0,
      envelope: { data: { check: { conclusion: 'success' } } },
    });
    expect(asked).toEqual({ check: 'chk_1', fingerprints: [FINGERPRINT], reason: 'Agreed.' });
    await approve('--all');
    expect(asked).toEqual({ check: 'chk_1', all: true, reason: 'Agreed.' });
    expect((await approve('--change', '2')).exitCode).toBe(2);
    expect((await approve('--change', 'x')).exitCode).toBe(2);
    expect((await approve()).exitCode).toBe(2);
    expect((await approve('--all', '--change', '1')).exitCode).toBe(2);
  });

  it('takes approvals back, and passes on why not', async () => {
    plane.fields = { changeRevoke: { check: null, errors: [refusal('CHANGE_NOT_APPROVED')] } };
    const revoked = await plane.run('checks', 'revoke', 'chk_1', '--all', '--reason', 'No.');
    expect(revoked).toMatchObject({ exitCode: 2, envelope: { error: { code: 'CHANGE_NOT_APPROVED' } } });
  });

  it('shows one with its origin and every conclusion it had, and exits by the verdict', async () => {
    const at = '2026-11-20T12:00:00.000Z';
    const conclusions = [
      { cause: 'run', conclusion: 'failure', by: 'rollcall', at },
      { cause: 'approval', conclusion: 'success', by: 'riley', at },
    ];
    const git = { commit: 'f00', branch: null, author: null, pullRequestUrl: null, buildUrl: null };
    plane.fields = { check: { ...PASSED, requestedByHandle: 'ci', git, conclusions } };
    const { exitCode, stdout } = await plane.runText('checks', 'show', 'chk_1');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/failure {2}by run, rollcall\n.*success {2}by approval, riley/);
    expect(stdout).toContain('commit   f00');
    plane.fields = { check: null };
    expect((await plane.run('checks', 'show', 'chk_9')).exitCode).toBe(2);
  });

  it('lists the newest, filtered', async () => {
    let where: unknown;
    plane.fields = {
      checks: (args: { where: unknown }) => {
        where = { ...(args.where as object) };
        return { edges: [{ node: BLOCKED }], pageInfo: { hasNextPage: false, endCursor: null } };
      },
    };
    const { stdout } = await plane.runText('checks', 'list', '--server', 'com.acme/weather', '--conclusion', 'failure');
    expect(stdout).toMatch(/✖ Blocked +com\.acme\/weather 1\.3\.0 +1 waiting/);
    expect(where).toEqual({ server: 'com.acme/weather', conclusion: 'failure' });
  });
});
