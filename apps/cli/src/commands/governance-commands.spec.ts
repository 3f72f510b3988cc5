import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { GUARDS, refusal, ScriptedControlPlane, VERSION, VIEWER } from '../control-plane.fixture.js';

const plane = new ScriptedControlPlane();
beforeAll(() => plane.start());
beforeEach(() => plane.begin({ viewer: VIEWER }));
afterEach(() => plane.end());
afterAll(() => plane.stop());

const REQUEST = {
  id: 'bgr_1',
  fromState: 'staging',
  toState: 'active',
  reason: 'Down.',
  status: 'pending',
  requestedByHandle: 'ada',
  requestedAt: '2026-11-20T12:00:00Z',
  expiresAt: '2026-11-20T13:00:00Z',
  decidedByHandle: null,
  version: VERSION,
  guards: GUARDS,
};
const file = (name: string, document: unknown) => writeFile(path.join(plane.cwd, name), JSON.stringify(document));

describe('policy', () => {
  it('sets a file against the revision in force, or the one that was named', async () => {
    const asked: unknown[] = [];
    plane.fields = {
      policy: { revision: 4, document: {}, effective: {} },
      policySet: ({ input }: { input: unknown }) => {
        asked.push(input);
        return { policy: { revision: 5, document: {}, effective: {} }, errors: [] };
      },
    };
    await file('policy.json', { semver: 'warn' });
    const call = ['policy', 'set', 'policy.json', '--reason', 'Trying.'];
    expect((await plane.run(...call)).exitCode).toBe(0);
    expect((await plane.run(...call, '--expected-revision', '2')).exitCode).toBe(0);
    expect((await plane.run(...call, '--expected-revision', 'two')).exitCode).toBe(2);
    expect(asked).toEqual([
      { document: { semver: 'warn' }, reason: 'Trying.', expectedRevision: 4 },
      { document: { semver: 'warn' }, reason: 'Trying.', expectedRevision: 2 },
    ]);
  });

  it('exits 1 when a version would violate the document, and 0 when none would', async () => {
    const violations = [{ server: 'com.acme/x', version: '1.0.0', rule: 'transport_allowed', message: 'Not sse.' }];
    const report = { versions: 3, violatingServers: 1, violationCount: 1, truncated: false, violations };
    plane.fields = { policyDryRun: report };
    await file('policy.json', {});
    const { stdout } = await plane.runText('policy', 'dry-run', 'policy.json');
    expect(stdout).toContain('1 server would violate this');
    expect((await plane.run('policy', 'dry-run', 'policy.json')).exitCode).toBe(1);
    plane.fields = { policyDryRun: { ...report, violatingServers: 0, violationCount: 0, violations: [] } };
    expect((await plane.run('policy', 'dry-run', 'policy.json')).exitCode).toBe(0);
    await file('policy.json', [1]);
    expect((await plane.run('policy', 'dry-run', 'policy.json')).exitCode).toBe(2);
  });
});

describe('break-glass', () => {
  it('waits for a second person after it was asked for, and is done when one confirms', async () => {
    plane.fields = {
      breakGlassRequest: { request: REQUEST, errors: [] },
      breakGlassConfirm: { request: { ...REQUEST, status: 'confirmed' }, version: VERSION, errors: [] },
    };
    const asked = await plane.run('break-glass', 'request', 'com.acme/x@1.0.0', '--to', 'active', '--reason', 'Down.');
    expect(asked).toMatchObject({ exitCode: 6, envelope: { data: { request: { id: 'bgr_1' } } } });
    expect((await plane.run('break-glass', 'confirm', 'bgr_1')).exitCode).toBe(0);
    plane.fields = {
      breakGlassConfirm: { request: null, version: null, errors: [refusal('SECOND_PERSON_REQUIRED')] },
    };
    expect((await plane.run('break-glass', 'confirm', 'bgr_1')).exitCode).toBe(2);
  });
});

describe('approve and can-i', () => {
  it('says how many approvals there are, and asks for holds', async () => {
    let asked: unknown;
    plane.fields = {
      versionApprove: { version: VERSION, given: 1, required: 2, guards: GUARDS, errors: [] },
      canI: ({ input }: { input: unknown }) => {
        asked = input;
        return { answer: 'no', fromState: 'active', toState: 'active', guards: GUARDS, version: VERSION };
      },
    };
    expect((await plane.runText('approve', 'com.acme/x@1.0.0')).stdout).toContain('1 of 2 approvals');
    expect((await plane.run('can-i', 'release', 'com.acme/x@1.0.0')).exitCode).toBe(1);
    expect(asked).toMatchObject({ hold: 'release' });
  });
});
