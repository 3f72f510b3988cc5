import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { refusal, ScriptedControlPlane, VIEWER } from '../control-plane.fixture.js';

const plane = new ScriptedControlPlane();
beforeAll(() => plane.start());
beforeEach(() => plane.begin({ viewer: VIEWER }));
afterEach(() => plane.end());
afterAll(() => plane.stop());

const AT = '2026-11-20T12:00:00Z';
const ruleSet = (revision: number, namespace: string | null, document: object = {}) => ({
  namespace,
  revision,
  document,
  reason: null,
  authorHandle: null,
  createdAt: null,
});
const EXCEPTION = {
  id: 'rex_1',
  serverName: 'com.acme/ledger',
  tool: 'sign_in',
  rule: 'SECRET_PARAMETER',
  fingerprints: [],
  reason: 'Known.',
  grantedByHandle: 'riley',
  grantedAt: AT,
  expiresAt: '2027-03-31T00:00:00Z',
  revokedAt: null,
  revokedByHandle: null,
};

describe('rules', () => {
  it('sets a YAML file for a namespace against the revision in force, or the one that was named', async () => {
    const asked: unknown[] = [];
    plane.fields = {
      lintRuleSet: ({ namespace }: { namespace: string | null }) => ruleSet(4, namespace),
      ruleSetSet: ({ input }: { input: { namespace?: string } }) => {
        asked.push(input);
        return { ruleSet: ruleSet(5, input.namespace ?? null), errors: [] };
      },
    };
    await writeFile(path.join(plane.cwd, 'rules.yaml'), 'rules:\n  TOOL_NAME_STYLE: "off"\n');
    const call = ['rules', 'set', 'rules.yaml', '--reason', 'Old names.'];
    const { stdout } = await plane.runText(...call, '--namespace', 'com.acme');
    expect(stdout).toContain('rule set revision 5 is in force for com.acme');
    expect((await plane.run(...call, '--expected-revision', '2')).exitCode).toBe(0);
    expect((await plane.run(...call, '--expected-revision', 'two')).exitCode).toBe(2);
    const document = { rules: { TOOL_NAME_STYLE: 'off' } };
    expect(asked).toEqual([
      { document, reason: 'Old names.', expectedRevision: 4, namespace: 'com.acme' },
      { document, reason: 'Old names.', expectedRevision: 2 },
    ]);
  });

  it('refuses a file that would quieten a safety rule before anything is sent', async () => {
    await writeFile(path.join(plane.cwd, 'rules.json'), JSON.stringify({ rules: { INJECTION_PATTERN: 'off' } }));
    const { exitCode, stderr } = await plane.runText('rules', 'set', 'rules.json', '--reason', 'x');
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('safety rule')]);
  });

  it('shows what is in force, or what holds for one server', async () => {
    plane.fields = {
      lintRuleSet: ruleSet(1, null, { rules: { TOOL_NAME_STYLE: 'off' } }),
      lintRulesFor: { rules: {}, options: { verbs: ['ping'] } },
    };
    expect(JSON.parse((await plane.runText('rules', 'show')).stdout)).toEqual({ rules: { TOOL_NAME_STYLE: 'off' } });
    const forServer = await plane.runText('rules', 'show', '--for', 'com.acme/ledger');
    expect(JSON.parse(forServer.stdout)).toMatchObject({ options: { verbs: ['ping'] } });
    expect((await plane.run('rules', 'show', '--for', 'a', '--namespace', 'b')).exitCode).toBe(2);
  });

  it('grants, lists and ends exceptions', async () => {
    const asked: unknown[] = [];
    plane.fields = {
      lintExceptionGrant: ({ input }: { input: unknown }) => {
        asked.push(input);
        return { exception: EXCEPTION, errors: [] };
      },
      lintExceptions: { edges: [{ node: EXCEPTION }], pageInfo: { hasNextPage: false, endCursor: null } },
      lintExceptionRevoke: { exception: null, errors: [refusal('NOT_FOUND')] },
    };
    const call = ['rules', 'except', 'com.acme/ledger', '--rule', 'SECRET_PARAMETER', '--reason', 'Known.'];
    expect((await plane.run(...call)).exitCode).toBe(2);
    const granted = await plane.runText(
      ...call,
      '--expires',
      '2027-03-31',
      '--tool',
      'sign_in',
      '--fingerprint',
      'a',
      'b',
    );
    expect(granted.stdout).toContain('SECRET_PARAMETER lets sign_in of com.acme/ledger pass until 2027-03-31');
    expect(asked).toEqual([
      expect.objectContaining({ server: { byName: 'com.acme/ledger' }, tool: 'sign_in', fingerprints: ['a', 'b'] }),
    ]);
    expect((await plane.runText('rules', 'exceptions')).stdout).toMatch(/rex_1 .*com.acme\/ledger .*SECRET_PARAMETER/);
    expect((await plane.run('rules', 'revoke', 'rex_1')).exitCode).not.toBe(0);
  });
});
