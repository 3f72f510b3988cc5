import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ScriptedControlPlane } from '../control-plane.fixture.js';

const plane = new ScriptedControlPlane();
beforeAll(() => plane.start());
afterAll(() => plane.stop());
beforeEach(() => plane.begin({}));
afterEach(() => plane.end());

const YAML = `openapi: 3.1.0
info: { title: Ledger, version: 1.2.0 }
paths:
  /entries:
    get: { operationId: listEntries, responses: {} }
    delete: { operationId: clear, responses: {} }
`;

describe('rollcall import openapi', () => {
  const write = (name: string, text: string) => writeFile(path.join(plane.cwd, name), text);

  it('shows the tools of a description without publishing and without asking anybody', async () => {
    await write('ledger.yaml', YAML);
    const { exitCode, envelope } = await plane.run(
      'import',
      'openapi',
      'ledger.yaml',
      '--name',
      'com.acme/ledger',
      '--dry-run',
    );
    expect(exitCode).toBe(0);
    expect(envelope.data).toMatchObject({
      version: '1.2.0',
      tools: [
        { name: 'listEntries', destructive: false },
        { name: 'clear', destructive: true },
      ],
    });
    expect(plane.seen).toEqual([]);
  });

  it('hands the description over as JSON, whatever it was written in', async () => {
    await write('ledger.yaml', YAML);
    let input: unknown;
    plane.fields['serverImportOpenApi'] = (args: { input: unknown }) => {
      input = args.input;
      const error = { code: 'NAMESPACE_NOT_OWNED', message: 'No.', nextStep: 'Ask.', path: [] };
      return { version: null, created: false, tools: [], issues: [], errors: [error] };
    };
    const { exitCode, envelope } = await plane.run(
      'import',
      'openapi',
      'ledger.yaml',
      '--name',
      'com.acme/ledger',
      '--version-number',
      '2.0.0',
    );
    expect([exitCode, envelope.error?.code]).toEqual([2, 'NAMESPACE_NOT_OWNED']);
    expect(input).toMatchObject({ name: 'com.acme/ledger', version: '2.0.0', document: { openapi: '3.1.0' } });
  });

  it.each([
    ['bad.yaml', 'a: [1', 'INVALID_YAML'],
    ['twice.yaml', 'a: 1\na: 2', 'INVALID_YAML'],
    ['bad.json', '{"a": 1,}', 'INVALID_JSON'],
    ['swagger.yaml', 'swagger: "2.0"', 'OPENAPI_INVALID'],
    [
      'laughs.yaml',
      `a: &a [x, x]\n${'bcdefghijk'
        .split('')
        .map((key, i) => `${key}: &${key} [*${'abcdefghij'[i]}, *${'abcdefghij'[i]}]`)
        .join('\n')}`,
      'INVALID_YAML',
    ],
  ])('refuses %s', async (name, text, code) => {
    await write(name, text);
    const { exitCode, envelope } = await plane.run('import', 'openapi', name, '--name', 'com.acme/x', '--dry-run');
    expect([exitCode, envelope.error?.code]).toEqual([2, code]);
  });
});

describe('rollcall export', () => {
  it.each([
    [['export', 'managed-settings', '--access', 'gateway'], '/exports/v1/managed-settings.json?access=gateway'],
    [['export', 'backstage'], '/exports/v1/backstage.yaml'],
    [['export', 'page', 'com.acme/x'], '/exports/v1/servers/com.acme%2Fx/page.md'],
  ])('%j gives the document as it is', async (argv, address) => {
    plane.plain = (request, response) => {
      if (request.url !== address) return false;
      response.end('what is approved\n');
      return true;
    };
    expect(await plane.run(...argv)).toMatchObject({
      exitCode: 0,
      envelope: { data: { content: 'what is approved\n' } },
    });
    expect(await plane.run(...argv, '--output', 'out.txt')).toMatchObject({
      exitCode: 0,
      envelope: { data: { file: 'out.txt', bytes: 17 } },
    });
  });
});

describe('rollcall mirrors', () => {
  const MIRROR = {
    name: 'official',
    url: 'https://registry.example',
    precedence: 10,
    intervalMinutes: 60,
    enabled: true,
    versionCount: 3,
    fullAt: null,
    failures: 0,
    error: null,
  };

  it('lists, sets, asks and removes', async () => {
    const asked: unknown[] = [];
    const answer = ({ input }: { input: unknown }) => {
      asked.push(input);
      return { mirror: MIRROR, errors: [] };
    };
    Object.assign(plane.fields, { mirrors: [MIRROR], mirrorSet: answer, mirrorSync: answer, mirrorRemove: answer });
    expect((await plane.run('mirrors', 'list')).envelope.data).toMatchObject({ mirrors: [{ name: 'official' }] });
    await plane.run('mirrors', 'set', 'official', '--registry', 'https://registry.example', '--every', '30');
    await plane.run('mirrors', 'sync', 'official', '--force');
    await plane.run('mirrors', 'remove', 'official');
    expect(asked).toEqual([
      { name: 'official', url: 'https://registry.example', precedence: 100, enabled: true, intervalMinutes: 30 },
      { name: 'official', force: true },
      { name: 'official' },
    ]);
    const wrong = await plane.run('mirrors', 'set', 'official', '--registry', 'https://x.example', '--every', 'often');
    expect(wrong.exitCode).toBe(2);
  });
});
