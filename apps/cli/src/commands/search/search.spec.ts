import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ScriptedControlPlane } from '../../control-plane.fixture.js';

const plane = new ScriptedControlPlane();
let asked: unknown;
beforeAll(() => plane.start());
beforeEach(async () => {
  const end = { hasNextPage: true, endCursor: 'x' };
  const server = {
    id: 'srv_1',
    name: 'com.acme/refunds',
    alias: 'refunds',
    description: 'Gives money back.',
    toolCount: 2,
    team: { slug: 'payments' },
    latestVersion: { version: '1.0.0', state: 'active' },
  };
  const matched = [
    { field: 'name', tool: null },
    { field: 'tool', tool: 'create_refund' },
  ];
  const tool = {
    name: 'create_refund',
    description: 'Gives\nmoney back.',
    destructive: true,
    readOnly: false,
    server,
    version: { version: '1.0.0', state: 'active' },
  };
  await plane.begin({
    servers: (args: unknown) => {
      asked = args;
      return { edges: [{ cursor: 'c', rank: 9, matched, node: server }], pageInfo: end };
    },
    tools: (args: unknown) => {
      asked = args;
      return { edges: [{ cursor: 'c', rank: 9, node: tool }], pageInfo: { ...end, hasNextPage: false } };
    },
  });
});
afterEach(() => plane.end());
afterAll(() => plane.stop());

describe('rollcall search', () => {
  it('finds servers and says where the words were found', async () => {
    const { stdout, exitCode } = await plane.runText('search', 'money', 'back');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/com\.acme\/refunds +1\.0\.0 +active +payments +name, tools: create_refund/);
    expect(stdout).toContain('There are more');
    expect(asked).toMatchObject({ first: 20, where: { search: 'money back' } });
  });

  it('finds single tools with their server and what they may do', async () => {
    const { stdout } = await plane.runText('search', '--tools', '--limit', '5', 'refund');
    expect(stdout).toMatch(/create_refund +com\.acme\/refunds@1\.0\.0 +destructive +Gives money back\./);
    expect(asked).toMatchObject({ first: 5, where: { search: 'refund' } });
  });

  it('gives programs every hit with its rank', async () => {
    const { envelope } = await plane.run('search', 'refund');
    expect(envelope.data).toMatchObject({ servers: [{ name: 'com.acme/refunds', rank: 9, toolCount: 2 }], more: true });
  });

  it.each([
    ['--limit', '0'],
    ['--limit', 'x'],
    ['--limit', '101'],
  ])('refuses %s %s', async (...flag) => {
    expect((await plane.run('search', 'x', ...flag)).exitCode).toBe(2);
  });

  it('needs something to look for', async () => {
    expect((await plane.run('search')).exitCode).toBe(2);
  });
});
