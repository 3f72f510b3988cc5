import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { refusal, ScriptedControlPlane, VIEWER } from '../control-plane.fixture.js';

const plane = new ScriptedControlPlane();
beforeAll(() => plane.start());
beforeEach(() => plane.begin({ viewer: VIEWER }));
afterEach(() => plane.end());
afterAll(() => plane.stop());

const RUN = {
  id: 'gru_1',
  status: 'completed',
  environment: 'staging',
  setRevision: 1,
  passed: 1,
  failed: 0,
  interactive: 0,
  refused: 0,
  results: [{ name: 'greets', tool: 'greet', outcome: 'passed', latencyMs: 12 }],
  requestedAt: '2026-11-20T12:00:00Z',
};
const file = (name: string, text: string) => writeFile(path.join(plane.cwd, name), text);
const NAME = 'com.acme/x@1.0.0';

describe('golden', () => {
  it('declares a set from YAML and shows it again', async () => {
    const asked: unknown[] = [];
    const goldenCalls = { id: 'gld_1', revision: 3, document: { calls: [] } };
    plane.fields = {
      goldenCallsSet: ({ input }: { input: unknown }) => {
        asked.push(input);
        return { goldenCalls, errors: [] };
      },
      server: {
        name: 'com.acme/x',
        goldenCalls: { ...goldenCalls, declaredBy: 'olivia', declaredAt: RUN.requestedAt },
        goldenPermissions: [],
      },
    };
    await file('golden.yaml', 'calls:\n  - name: greets\n    tool: greet\n    arguments: { name: Ada }\n');
    expect((await plane.run('golden', 'set', 'com.acme/x', 'golden.yaml')).exitCode).toBe(0);
    const call = { name: 'greets', tool: 'greet', arguments: { name: 'Ada' } };
    expect(asked).toEqual([{ server: { byName: 'com.acme/x' }, document: { calls: [call] } }]);
    expect((await plane.run('golden', 'show', 'com.acme/x')).envelope).toMatchObject({ data: { goldenCalls } });
  });

  it.each([
    ['a list', '- a\n'],
    ['no YAML', 'calls: [1'],
    ['aliases', 'a: &a [1]\ncalls: [*a, *a]\n'],
  ])('refuses a file with %s', async (_name, text) => {
    await file('golden.yaml', text);
    expect((await plane.run('golden', 'set', 'com.acme/x', 'golden.yaml')).exitCode).toBe(2);
  });

  it.each<[number, object]>([
    [0, {}],
    [1, { failed: 1 }],
    [1, { refused: 1 }],
    [1, { status: 'failed' }],
    [6, { passed: 0, interactive: 1 }],
  ])('exits %i after a run that ended as %j', async (exitCode, more) => {
    plane.fields = {
      goldenRun: (args: { input?: object }) => (args.input ? { run: RUN, errors: [] } : { ...RUN, ...more }),
    };
    expect((await plane.run('golden', 'run', NAME, '--env', 'staging')).exitCode).toBe(exitCode);
  });

  it('says why a permission was not given', async () => {
    plane.fields = { goldenPermissionGrant: { permission: null, errors: [refusal('GOLDEN_PERMISSION_REFUSED')] } };
    const more = ['--tool', 'wipe', '--reason', 'Sandbox.', '--expires', '2027-01-01'];
    expect((await plane.run('golden', 'permit', NAME, ...more)).exitCode).toBe(2);
    const permission = {
      id: 'gpm_1',
      tool: 'wipe',
      reason: 'Sandbox.',
      grantedBy: 'riley',
      expiresAt: '2027-01-01T00:00:00Z',
    };
    plane.fields = {
      goldenPermissionGrant: { permission, errors: [] },
      goldenPermissionRevoke: { permission, errors: [] },
    };
    expect((await plane.run('golden', 'permit', NAME, ...more)).exitCode).toBe(0);
    expect((await plane.run('golden', 'revoke', 'gpm_1')).exitCode).toBe(0);
  });
});

describe('objectives', () => {
  it('are set with numbers, and shown', async () => {
    const objective = {
      availability: 99.5,
      latencyP95Ms: 500,
      windowDays: 30,
      setBy: 'olivia',
      setAt: RUN.requestedAt,
    };
    plane.fields = {
      serverObjectiveSet: { objective, errors: [] },
      server: { name: 'com.acme/x', objective },
    };
    const set = ['objectives', 'set', 'com.acme/x', '--availability'];
    expect((await plane.run(...set, '99.5', '--latency-p95-ms', '500')).exitCode).toBe(0);
    expect((await plane.run(...set, 'high')).exitCode).toBe(2);
    const { stdout } = await plane.runText('objectives', 'show', 'com.acme/x');
    expect(stdout).toContain('99.5 % available, 95 % of answers within 500 ms, over 30 days');
  });
});

describe('conformance run', () => {
  const DONE = {
    id: 'cfr_1',
    status: 'completed',
    scenarios: [{ name: 'ping', status: 'passed', checks: [] }],
    requestedAt: RUN.requestedAt,
  };

  it.each<[number, object]>([
    [0, {}],
    [1, { scenarios: [{ name: 'ping', status: 'failed', checks: [] }] }],
    [2, { status: 'failed', code: 'CONFORMANCE_KIT_MISSING', detail: 'Not installed.' }],
  ])('exits %i after %j', async (exitCode, more) => {
    plane.fields = {
      conformanceRun: (args: { input?: object }) => (args.input ? { run: DONE, errors: [] } : { ...DONE, ...more }),
    };
    expect((await plane.run('conformance', 'run', NAME)).exitCode).toBe(exitCode);
  });
});
