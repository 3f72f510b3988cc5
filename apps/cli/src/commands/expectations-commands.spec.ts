import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { refusal, ScriptedControlPlane, VERSION, VIEWER } from '../control-plane.fixture.js';

const plane = new ScriptedControlPlane();
beforeAll(() => plane.start());
beforeEach(() => plane.begin({ viewer: VIEWER }));
afterEach(() => plane.end());
afterAll(() => plane.stop());

const DOCUMENT = `agent: checkout-bot
servers:
  - server: com.acme/payments
    tools:
      charge:
        arguments: [amount]
      refund:
`;
const write = (name: string, text: string) => writeFile(path.join(plane.cwd, name), text);
const stored = (document: unknown) => ({
  id: 'exp_1',
  revision: 3,
  digest: 'sha256:x',
  document,
  publishedAt: '2026-11-20T12:00:00.000Z',
});

describe('expectations publish', () => {
  it('sends what the file means, and tells what nobody knows', async () => {
    let asked: unknown;
    plane.fields['expectationPublish'] = ({ input }: { input: { document: unknown } }) => {
      asked = input;
      return {
        expectations: stored(input.document),
        isNew: true,
        warnings: ['No version offers "refund".'],
        errors: [],
      };
    };
    await write('rollcall.expectations.yaml', DOCUMENT);
    const { exitCode, stdout } = await plane.runText('expectations', 'publish');
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/revision 3 .* is in force[\s\S]*refund/)]);
    const tools = { charge: { arguments: ['/amount'] }, refund: {} };
    expect(asked).toEqual({
      agent: 'checkout-bot',
      document: { agent: 'checkout-bot', servers: [{ server: 'com.acme/payments', tools }] },
    });
  });

  it('refuses what cannot be read before anybody is asked', async () => {
    await write('a.yaml', DOCUMENT.replace('arguments', 'argument'));
    const wrong = await plane.run('expectations', 'publish', 'a.yaml');
    expect(wrong).toMatchObject({ exitCode: 2, envelope: { error: { code: 'EXPECTATIONS_INVALID' } } });
    expect(wrong.envelope.error?.message).toContain('/servers/0/tools/charge/argument');
    await write('b.yaml', 'agent: [\nserver');
    expect(await plane.run('expectations', 'publish', 'b.yaml')).toMatchObject({ exitCode: 2 });
    await write('c.yaml', `${DOCUMENT}agent: other\n`);
    expect(await plane.run('expectations', 'publish', 'c.yaml')).toMatchObject({ exitCode: 2 });
    const bomb = [
      'a: &a [x,x]',
      ...'bcdefgh'.split('').map((to, at) => `${to}: &${to} [*${'abcdefg'[at]},*${'abcdefg'[at]},*${'abcdefg'[at]}]`),
    ];
    await write('d.yaml', bomb.join('\n'));
    expect(await plane.run('expectations', 'publish', 'd.yaml')).toMatchObject({ exitCode: 2 });
    expect(plane.seen).toEqual([]);
  });

  it('passes a refusal on', async () => {
    plane.fields['expectationPublish'] = {
      ...{ expectations: null, isNew: null, warnings: [] },
      errors: [refusal('EXPECTATIONS_INVALID')],
    };
    await write('rollcall.expectations.yaml', DOCUMENT);
    expect(await plane.run('expectations', 'publish')).toMatchObject({ exitCode: 2 });
  });
});

describe('expectations show and generate', () => {
  it('print YAML that can be published again', async () => {
    const document = { agent: 'checkout-bot', servers: [{ server: 'com.acme/payments', tools: { charge: {} } }] };
    plane.fields['agents'] = [
      { slug: 'checkout-bot', expectations: stored(document) },
      { slug: 'quiet', expectations: null },
    ];
    expect(parse((await plane.runText('expectations', 'show', 'checkout-bot')).stdout)).toEqual(document);
    expect((await plane.runText('expectations', 'show', 'quiet')).stdout).toContain('declared nothing');
    expect(await plane.run('expectations', 'show', 'nobody')).toMatchObject({ exitCode: 2 });
    let asked: unknown;
    plane.fields['expectationSuggestion'] = (input: object) => {
      asked = { ...input };
      return document;
    };
    const { stdout } = await plane.runText('expectations', 'generate', 'checkout-bot', '--env', 'production');
    expect(parse(stdout)).toEqual(document);
    expect(asked).toEqual({ agent: 'checkout-bot', environment: 'production' });
  });
});

describe('expectations scan', () => {
  const tool = (name: string) => ({ name, inputSchema: { type: 'object' } });

  it('finds tools of a contract by line and column, and exits 0', async () => {
    await write('contract.json', JSON.stringify({ tools: [tool('charge'), tool('refund')] }));
    await mkdir(path.join(plane.cwd, 'prompts'));
    await write('prompts/a.md', 'You can\nuse pay__charge, not recharge.\n');
    const scan = (...more: string[]) =>
      plane.run('expectations', 'scan', 'prompts/a.md', '--contract', 'contract.json', ...more);
    expect(await scan()).toMatchObject({ exitCode: 0, envelope: { data: { mentions: [], tools: [] } } });
    const found = await scan('--alias', 'pay');
    expect(found.envelope.data).toMatchObject({
      mentions: [{ file: 'prompts/a.md', line: 2, column: 5, tool: 'charge', exists: true }],
      tools: ['charge'],
    });
    expect(plane.seen).toEqual([]);
  });

  it('says no when a prompt names a tool that the live versions of a server no longer have', async () => {
    const version = (state: string, ...names: string[]) => ({
      version: '1',
      state,
      contract: { tools: names.map((name) => ({ name })) },
    });
    plane.fields['server'] = {
      ...VERSION.server,
      alias: 'pay',
      versions: [
        version('draft', 'chargeNow'),
        version('active', 'charge_card'),
        version('decommissioned', 'chargeCard'),
      ],
    };
    await write('a.txt', 'Call chargeCard or pay__nothing_like_it.');
    const { exitCode, stdout } = await plane.runText('expectations', 'scan', 'a.txt', '--server', 'com.acme/payments');
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/a\.txt:1:6 chargeCard does not exist; did you mean charge_card\?/);
    expect(stdout).toContain('2 mentions of tools that do not exist');
  });

  it('wants to know which tools there are, once', async () => {
    await write('a.txt', 'x');
    expect((await plane.run('expectations', 'scan', 'a.txt')).exitCode).toBe(2);
    expect((await plane.run('expectations', 'scan', 'a.txt', '--server', 'a/b', '--contract', 'x.json')).exitCode).toBe(
      2,
    );
    expect((await plane.run('expectations', 'scan', 'gone.txt', '--contract', 'x.json')).exitCode).toBe(2);
  });
});
