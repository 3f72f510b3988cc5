import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isJsonObject, type JsonObject } from '@rollcall/kernel';
import { call, callJson } from '../../call.fixture.js';

const MOMENT = '2026-01-01T00:00:00Z';
const ITEM = {
  server: { name: 'com.acme/weather', description: 'Weather of a city.', version: '1.0.0' },
  _meta: {
    'io.modelcontextprotocol.registry/official': {
      status: 'active',
      statusChangedAt: MOMENT,
      publishedAt: MOMENT,
      updatedAt: MOMENT,
      isLatest: true,
    },
  },
};

describe('rollcall conformance registry', () => {
  let server: Server;
  let url: string;
  let cwd: string;
  let item: object = ITEM;
  const agents = new Set<string | undefined>();
  const credentials: (string | undefined)[] = [];

  beforeAll(async () => {
    cwd = await mkdtemp(path.join(tmpdir(), 'rollcall-cli-'));
    server = createServer((request, response) => {
      agents.add(request.headers['user-agent']);
      credentials.push(request.headers.authorization);
      const { pathname } = new URL(request.url ?? '', 'http://localhost');
      const list = { servers: [item], metadata: { count: 1 } };
      const body = /\/(1\.0\.0|latest)$/.test(pathname) ? item : list;
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    server.close();
    await rm(cwd, { recursive: true, force: true });
  });

  it('says yes with the verdict first, and declares itself', async () => {
    const { exitCode, stdout } = await call(['conformance', 'registry', `${url}/v0.1/`, '--only', 'shape'], { cwd });
    expect([exitCode, stdout.split('\n')[0]]).toEqual([
      0,
      expect.stringMatching(/^✔ Conformant {2}http.* conforms to .*0 failed/),
    ]);
    expect([...agents]).toEqual([expect.stringMatching(/^rollcall-conformance\/\d/)]);
    expect(new Set(credentials)).toEqual(new Set([undefined]));
  });

  it('says no with exit 1, names the case with its evidence, and writes reports', async () => {
    item = { server: ITEM.server };
    try {
      const reports = ['--report', 'junit=report.xml', '--report', 'markdown=report.md'];
      const { exitCode, stdout } = await call(['conformance', 'registry', url, '--only', 'shape', ...reports], { cwd });
      expect(exitCode).toBe(1);
      expect(stdout).toMatch(/^✖ Not conformant/);
      expect(stdout).toMatch(
        /✖ fail {2}shape\.item-meta-object {2}must\n.*\n.*has no "_meta" object\.\n.*GET \/v0\.1\/servers -> 200/,
      );
      expect(await readFile(path.join(cwd, 'report.xml'), 'utf8')).toMatch(
        /<testsuite name="shape".*failures="1"[\s\S]*<failure message="com\.acme/,
      );
      expect(await readFile(path.join(cwd, 'report.md'), 'utf8')).toMatch(
        /^# ✖ .*\n[\s\S]*\| ✖ fail \| `shape\.item-meta-object`/,
      );
      expect((await call(['conformance', 'registry', url, '--only', 'shape', '--exit-zero'], { cwd })).exitCode).toBe(
        0,
      );
    } finally {
      item = ITEM;
    }
  });

  it('prints the whole report as data, and sends only the token it was given', async () => {
    credentials.length = 0;
    const argv = ['conformance', 'registry', url, '--only', 'client-quirks', '--token', 'mine'];
    const { exitCode, envelope } = await callJson(argv, {
      cwd,
      env: { XDG_CONFIG_HOME: cwd, ROLLCALL_TOKEN: 'not-for-them' },
    });
    expect(envelope).toMatchObject({ command: 'conformance registry', error: null, data: { registry: url } });
    const { results } = envelope.data as { results: JsonObject[] };
    expect(new Set(results.map((result) => result['group']))).toEqual(
      new Set(['client-quirks/vscode', 'client-quirks/copilot']),
    );
    expect(results.every((result) => isJsonObject(result) && Array.isArray(result['evidence']))).toBe(true);
    expect(exitCode).toBe(1);
    expect(new Set(credentials)).toEqual(new Set(['Bearer mine', undefined]));
  });

  it('exits 6 when it was not allowed to ask enough', async () => {
    const argv = ['conformance', 'registry', url, '--only', 'shape', '--max-requests', '1'];
    const { exitCode, envelope } = await callJson(argv, { cwd });
    expect([exitCode, envelope.error?.code]).toEqual([6, 'UNDECIDED']);
    expect(envelope.data).toMatchObject({ conclusion: 'undecided', requests: 1 });
  });

  it('exits 4 where nothing answers', async () => {
    const { exitCode, envelope } = await callJson(['conformance', 'registry', 'http://127.0.0.1:9'], { cwd });
    expect([exitCode, envelope.error?.code]).toEqual([4, 'TARGET_UNREACHABLE']);
  });

  it.each([
    [['registry.example.com']],
    [['ftp://registry.example.com']],
    [['https://registry.example.com?x=1']],
    [['https://registry.example.com', '--publish-token', 't']],
    [['https://registry.example.com', '--namespace', 'com.acme']],
    [['https://registry.example.com', '--publish-token', 't', '--namespace', 'com.acme/x']],
    [['https://registry.example.com', '--only', 'colours']],
    [['https://registry.example.com', '--report', 'pdf=x']],
    [['https://registry.example.com', '--max-requests', '0']],
  ])('refuses %j as wrong use, before anything is asked', async (argv) => {
    expect(await call(['conformance', 'registry', ...argv], { cwd })).toMatchObject({ exitCode: 2, stdout: '' });
  });
});
