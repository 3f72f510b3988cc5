import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CHECK, GUARDS, refusal, ScriptedControlPlane, VERSION, VIEWER } from '../control-plane.fixture.js';

const plane = new ScriptedControlPlane();
beforeAll(() => plane.start());
beforeEach(() => plane.begin({ viewer: VIEWER }));
afterEach(() => plane.end());
afterAll(() => plane.stop());

describe('transitions', () => {
  it('moves a version to the next state on the road', async () => {
    let asked: unknown;
    plane.fields = {
      version: VERSION,
      versionTransition: ({ input }: { input: unknown }) => {
        asked = input;
        return { version: { ...VERSION, state: 'staging' }, transition: null, guards: GUARDS, errors: [] };
      },
    };
    const { exitCode } = await plane.run(
      'promote',
      'com.acme/x@1.0.0',
      '--approval',
      'pay=human',
      '--reason',
      'Reviewed.',
    );
    expect(exitCode).toBe(0);
    expect(asked).toMatchObject({
      version: { byName: { server: 'com.acme/x', version: '1.0.0' } },
      to: 'staging',
      reason: 'Reviewed.',
      approvalRules: { pay: 'human' },
    });
  });

  it('exits 2 when guards refuse, and shows those that are not met', async () => {
    plane.fields = {
      version: VERSION,
      versionTransition: { version: null, transition: null, guards: GUARDS, errors: [refusal('GUARD_UNMET')] },
    };
    const { exitCode, envelope } = await plane.run('promote', 'com.acme/x@1.0.0');
    expect(exitCode).toBe(2);
    expect(envelope).toMatchObject({
      data: { guards: GUARDS },
      error: { code: 'GUARD_UNMET', nextStep: 'Do otherwise.' },
    });
    const { stdout } = await plane.runText('promote', 'com.acme/x@1.0.0');
    expect(stdout).toContain('unauthenticated_refused');
    expect(stdout).not.toContain('reviewer_is_not_publisher');
  });

  it('exits 3 when the refusal is about who asks', async () => {
    plane.fields = {
      versionTransition: { version: null, transition: null, guards: [], errors: [refusal('FORBIDDEN')] },
      versionQuarantine: { version: null, errors: [refusal('FORBIDDEN')] },
    };
    expect((await plane.run('promote', 'com.acme/x@1.0.0', '--to', 'active')).exitCode).toBe(3);
    expect((await plane.run('quarantine', 'com.acme/x@1.0.0', '--reason', 'Drift.')).exitCode).toBe(3);
  });

  it('sends what a deprecation says', async () => {
    let asked: unknown;
    const version = { ...VERSION, state: 'deprecated' };
    plane.fields = {
      versionTransition: ({ input }: { input: unknown }) => {
        asked = input;
        return { version, transition: null, guards: [], errors: [] };
      },
    };
    const argv = ['--successor', 'com.acme/y@2.0.0', '--tool', 'pay=transfer', '--sunset', '2027-03-31'];
    expect((await plane.run('deprecate', 'com.acme/x@1.0.0', ...argv)).exitCode).toBe(0);
    expect(asked).toEqual({
      version: { byName: { server: 'com.acme/x', version: '1.0.0' } },
      to: 'deprecated',
      successor: { server: 'com.acme/y', version: '2.0.0', tools: { pay: 'transfer' } },
      sunsetAt: '2027-03-31T00:00:00.000Z',
    });
    await plane.run('deprecate', 'com.acme/x@1.0.0', '--no-successor', '--sunset', '2027-03-31');
    expect(asked).toMatchObject({ noSuccessor: true });
  });

  it.each([
    ['yes', 0],
    ['no', 1],
    ['unknown', 6],
  ])('asked whether they are possible and told %s, exits %i', async (answer, exitCode) => {
    plane.fields = {
      canI: { answer, version: VERSION, fromState: 'deprecated', toState: 'decommissioned', guards: GUARDS },
    };
    const { envelope, ...asked } = await plane.run('can-i', 'decommission', 'com.acme/x@1.0.0');
    expect(asked.exitCode).toBe(exitCode);
    expect(envelope).toMatchObject({ command: 'can-i decommission', data: { answer, guards: GUARDS }, error: null });
  });

  it('asks again while the answer is unknown, as often as is allowed, and says so on standard error', async () => {
    const answers = ['unknown', 'unknown', 'yes', 'unknown'];
    let asked = 0;
    plane.fields = {
      canI: () => ({
        answer: answers[asked++],
        version: VERSION,
        fromState: 'active',
        toState: 'decommissioned',
        guards: [],
      }),
    };
    const ask = (...options: string[]) =>
      plane.runText('can-i', 'decommission', 'com.acme/x@1.0.0', '--retry-interval', '0', ...options);
    const patient = await ask('--retry-while-unknown', '5');
    expect({ exitCode: patient.exitCode, asked }).toEqual({ exitCode: 0, asked: 3 });
    expect(patient.stdout).toMatch(/^✔ yes/);
    expect(patient.stderr).toMatch(/ask the control plane {2}running: again, 2 of 5\n.* {2}done: yes\n$/);
    asked = 0;
    expect((await ask('--retry-while-unknown', '1')).exitCode).toBe(6);
    expect(asked).toBe(2);
    expect((await ask('--retry-while-unknown', 'often')).exitCode).toBe(2);
    expect((await ask()).exitCode).toBe(0);
  });

  it('finds the state that serves an environment', async () => {
    let asked: unknown;
    plane.fields = {
      environments: [{ id: 'env_1', name: 'live', kind: 'production' }],
      canI: ({ input }: { input: unknown }) => {
        asked = input;
        return { answer: 'yes', version: VERSION, fromState: 'staging', toState: 'active', guards: [] };
      },
    };
    expect((await plane.run('can-i', 'promote', 'com.acme/x@1.0.0', '--env', 'live')).exitCode).toBe(0);
    expect(asked).toMatchObject({ to: 'active' });
    expect((await plane.run('can-i', 'promote', 'com.acme/x@1.0.0', '--env', 'nowhere')).exitCode).toBe(2);
  });
});

describe('publishing and checking', () => {
  const comparison = {
    conclusion: 'breaking',
    baseDigest: 'sha256:a',
    headDigest: 'sha256:b',
    changes: [
      {
        ruleId: 'INPUT_REQUIRED_ADDED',
        severity: 'breaking',
        risk: 'none',
        tool: 'pay',
        path: '/inputSchema',
        message: 'An argument became required.',
        witness: { value: {}, validUnder: 'base', invalidUnder: 'head' },
      },
    ],
  };

  it('exits 1 when the semver gate says no, and shows the witness', async () => {
    await writeFile(path.join(plane.cwd, 'server.json'), JSON.stringify({ name: 'com.acme/x', version: '1.1.0' }));
    await writeFile(path.join(plane.cwd, 'tools.json'), JSON.stringify({ tools: [] }));
    let asked: unknown;
    const gate = {
      allowed: false,
      code: 'SEMVER_MAJOR_REQUIRED',
      required: 'major',
      message: 'Needs 2.0.0.',
      comparison,
    };
    plane.fields = {
      serverPublish: ({ input }: { input: unknown }) => {
        asked = input;
        return { version: null, created: false, gate, errors: [refusal('SEMVER_MAJOR_REQUIRED')] };
      },
    };
    const argv = ['publish', 'server.json', '--contract', 'tools.json', '--alias', 'x'];
    const { exitCode, envelope } = await plane.run(...argv);
    expect(exitCode).toBe(1);
    expect(envelope).toMatchObject({ data: { created: false, gate }, error: { code: 'SEMVER_MAJOR_REQUIRED' } });
    expect(asked).toMatchObject({
      manifest: { name: 'com.acme/x' },
      alias: 'x',
      contract: { format: 'rollcall.contract.v1', members: [] },
    });
    const { stdout } = await plane.runText(...argv);
    expect(stdout).toContain('witness: {} is valid under base, invalid under head');
  });

  it('waits for the inspection, and says how it ended', async () => {
    await writeFile(path.join(plane.cwd, 'server.json'), JSON.stringify({ name: 'com.acme/x', version: '1.1.0' }));
    const inspection = { id: 'ins_1', issues: [], requestedAt: '2026-11-20T12:00:00.000Z' };
    let asked = 0;
    let outcome = 'healthy';
    plane.fields = {
      serverPublish: { version: VERSION, created: true, gate: null, errors: [] },
      version: () => ({
        ...VERSION,
        inspections: asked++ === 0 ? [] : [{ ...inspection, status: 'completed', outcome }],
      }),
    };
    expect(await plane.run('publish', 'server.json', '--wait')).toMatchObject({
      exitCode: 0,
      envelope: { data: { created: true, inspection: { outcome: 'healthy' } } },
    });
    outcome = 'protocol_violation';
    expect((await plane.run('publish', 'server.json', '--wait')).exitCode).toBe(5);
    plane.fields['version'] = { ...VERSION, inspections: [] };
    const pending = await plane.run('publish', 'server.json', '--wait', '--wait-timeout', '1');
    expect(pending).toMatchObject({ exitCode: 6, envelope: { error: { code: 'STILL_RUNNING' } } });
  });

  it.each([
    ['completed', 'success', 0],
    ['completed', 'failure', 1],
    ['completed', 'neutral', 6],
    ['failed', null, 6],
  ])('a check that is %s with %s exits %i', async (status, conclusion, exitCode) => {
    const check = { ...CHECK, id: 'chk_1' };
    plane.fields = {
      checkRequest: { created: true, check: { ...check, status: 'queued', conclusion: null }, errors: [] },
      check: { ...check, status, conclusion },
    };
    const { envelope, stderr, ...called } = await plane.run('check', 'com.acme/x@1.0.0', '--against', '0.9.0');
    expect(called.exitCode).toBe(exitCode);
    expect(envelope).toMatchObject({ data: { id: 'chk_1', conclusion } });
    expect(stderr).toContain('chk_1');
  });
});

describe('targets of the registry', () => {
  const document = { tools: [{ name: 'pay', inputSchema: { type: 'object' } }] };

  it('are contracts of the control plane', async () => {
    plane.fields = { version: { ...VERSION, contract: { digest: 'd', tools: [], document } } };
    expect(await plane.run('inspect', 'registry:com.acme/x@1.0.0')).toMatchObject({
      exitCode: 0,
      envelope: { data: { members: [{ name: 'pay' }] } },
    });
    plane.fields = { version: null };
    expect((await plane.run('inspect', 'registry:com.acme/x@9.0.0')).envelope.error?.code).toBe('NOT_FOUND');
  });

  it('by environment are what its callers get', async () => {
    let asked: unknown;
    const endpoints = [{ environment: { name: 'production', kind: 'production' } }];
    const row = (version: string, state: string) => ({ ...VERSION, version, state, endpoints });
    const versions = [
      row('3.0.0', 'draft'),
      row('2.0.0', 'canary'),
      row('1.1.0', 'active'),
      row('1.0.0', 'deprecated'),
    ];
    plane.fields = {
      server: { ...VERSION.server, versions: [{ ...row('4.0.0', 'active'), endpoints: [] }, ...versions] },
      version: ({ ref }: { ref: unknown }) => {
        asked = ref;
        return { ...VERSION, contract: { digest: 'd', tools: [], document } };
      },
    };
    expect((await plane.run('inspect', 'registry:com.acme/x@env:production')).exitCode).toBe(0);
    expect(asked).toEqual({ byName: { server: 'com.acme/x', version: '1.1.0' } });
    expect((await plane.run('inspect', 'registry:com.acme/x@env:nowhere')).exitCode).toBe(2);
  });
});
