import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CheckService } from '@rollcall/checks';
import { PrismaService } from '@rollcall/persistence';
import { ProofNetwork } from '@rollcall/proofs';
import { type OidcIssuer, seed, startOidcIssuer } from '@rollcall/testing';
import { type RunningApi, startApi } from '../../apps/api/test/running-api.js';
import { ACTION, runAction } from './composite-action.js';
import { CLI, offer, ROOT, Workspace } from './shell.js';

let workspace: Workspace;

beforeEach(() => {
  workspace = new Workspace();
  workspace.write('old.json', offer(['city']));
  workspace.write('new.json', offer(['city', 'units']));
});
afterEach(() => workspace.remove());

const local = (more: Record<string, string>) => runAction(workspace, { cli: CLI, ...more });

describe('the GitHub action', () => {
  const text = readFileSync(path.join(ROOT, 'integrations/github-action/action.yml'), 'utf8');

  it('uses only inputs, steps and outputs that are there, and each input', () => {
    const used = [...text.matchAll(/inputs\.([\w-]+)/g)].map(([, name]) => name);
    expect([...new Set(used)].sort()).toEqual(Object.keys(ACTION.inputs).sort());
    const ids = ACTION.runs.steps.map(({ id }) => id);
    for (const [, step = '', output = ''] of text.matchAll(/steps\.([\w-]+)\.outputs\.([\w-]+)/g)) {
      expect(ids).toContain(step);
      const { run = '' } = ACTION.runs.steps.find(({ id }) => id === step) ?? {};
      expect(run).toContain(`echo "${output}=`);
    }
  });

  it('is composite, describes everything, and gives every input a default', () => {
    expect(ACTION.runs.using).toBe('composite');
    for (const { description, default: value } of Object.values(ACTION.inputs)) {
      expect([typeof description, typeof value]).toEqual(['string', 'string']);
    }
    for (const step of ACTION.runs.steps) expect(step.shell).toBe('bash');
  });

  it('puts no expression into a script, where a branch name could become a command', () => {
    for (const { run } of ACTION.runs.steps) expect(run).not.toContain('${{');
  });

  it('annotates a breaking change, writes summary, SARIF and comment, and fails', async () => {
    const run = await local({ command: 'diff', target: 'new.json', against: 'old.json' });
    expect(run.code).toBe(1);
    expect(run.steps['run']?.stdout).toMatch(
      /^::error file=.*title=INPUT_REQUIRED_ADDED get_forecast › input › units::/,
    );
    expect(run.summary).toMatch(/^### ✖ breaking/);
    expect(run.outputs).toMatchObject({ verdict: 'failed', 'exit-code': '1', sarif: 'rollcall.sarif' });
    expect(JSON.parse(readFileSync(path.join(workspace.work, 'rollcall.sarif'), 'utf8'))).toMatchObject({
      version: '2.1.0',
    });
    expect(readFileSync(run.outputs['comment-file'] ?? '', 'utf8')).toMatch(/^<!-- rollcall:report /);
  });

  it('passes what is safe, needs no account for it, and takes options', async () => {
    const run = await local({ command: 'diff', target: 'old.json', against: 'new.json' });
    expect([run.code, run.outputs['verdict']]).toEqual([0, 'passed']);
    expect(Object.keys(run.steps)).toEqual(['program', 'run']);
    const strict = await local({ command: 'diff', target: 'old.json', against: 'new.json', 'fail-on': 'any' });
    expect(strict.outputs['verdict']).toBe('failed');
  });

  it('ends on an unknown command, a version that is not exact, and a target that would be an option', async () => {
    expect((await local({ command: 'login' })).steps['run']).toMatchObject({ code: 2 });
    const floating = await runAction(workspace, { command: 'lint', version: 'latest' });
    expect(floating.steps['program']).toMatchObject({ code: 2, stdout: expect.stringContaining('::error::') });
    expect(floating.steps['run']).toBeUndefined();
    const odd = await local({ command: 'lint', target: '--exit-zero; touch owned' });
    expect(odd.outputs['verdict']).toBe('error');
    expect(existsSync(path.join(workspace.work, 'owned'))).toBe(false);
  });
});

describe('its login, without a secret', () => {
  let api: RunningApi;
  let issuer: OidcIssuer;
  let runner: Server;
  let runnerUrl: string;
  let slug: string;
  let jobs = 0;
  const SECRET = 'secret-of-the-job';

  beforeAll(async () => {
    api = await startApi({
      proofs: { network: new ProofNetwork({ policy: { allowPrivate: ['127.0.0.0/8'] }, dnsServers: [] }) },
    });
    issuer = await startOidcIssuer(() => api.clock.now());
    // what the runner of a job with `id-token: write` answers
    runner = createServer(async (request, response) => {
      const url = new URL(request.url ?? '', 'http://runner');
      if (request.headers.authorization !== `Bearer ${SECRET}`) return void response.writeHead(401).end('{}');
      const audience = url.searchParams.get('audience') ?? '';
      const value = await issuer.sign({ audience, claims: { repository: 'acme/weather', jti: `${++jobs}` } });
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ value }));
    });
    await new Promise<void>((resolve) => runner.listen(0, '127.0.0.1', resolve));
    runnerUrl = `http://127.0.0.1:${(runner.address() as AddressInfo).port}/token?api-version=2`;
    const acme = await seed(api).organization('acme');
    slug = acme.slug;
    const team = await acme.team('weather');
    const owner = await team.maintainer('olivia');
    const admin = await acme.admin('ada');
    const version = await owner.publishes('com.acme.weather/forecast', '1.0.0');
    await version.seen({ tools: offer(['city']).tools as never });
    const next = await owner.publishes('com.acme.weather/forecast', '1.1.0');
    await next.seen({ tools: offer(['city', 'units']).tools as never });
    const mutate = async (token: string, name: string, type: string, input: object) => {
      const query = `mutation ($input: ${type}!) { ${name}(input: $input) { errors { code message } } }`;
      const { data, errors } = await api.query(token, query, { input });
      expect({ name, errors: errors ?? [], payload: data?.[name] }).toMatchObject({ payload: { errors: [] } });
    };
    await mutate(await owner.token(), 'serviceAccountCreate', 'ServiceAccountCreateInput', {
      handle: 'weather-ci',
      team: 'weather',
    });
    await mutate(await admin.token(), 'federationRuleCreate', 'FederationRuleCreateInput', {
      name: 'weather',
      issuer: issuer.url,
      audience: 'rollcall',
      claims: [{ claim: 'repository', matches: 'acme/weather' }],
      principal: 'weather-ci',
      scopes: ['server.read', 'version.check'],
    });
  });
  afterAll(async () => {
    runner?.close();
    await issuer?.close();
    await api?.close();
  });

  const job = (more: Record<string, string>, env: Record<string, string> = {}) =>
    runAction(
      workspace,
      {
        cli: CLI,
        url: api.url,
        organization: slug,
        command: 'diff',
        against: 'registry:com.acme.weather/forecast@1.0.0',
        ...more,
      },
      { ACTIONS_ID_TOKEN_REQUEST_URL: runnerUrl, ACTIONS_ID_TOKEN_REQUEST_TOKEN: SECRET, ...env },
    );

  it('compares with what the control plane knows, and leaves no token outside the folder of the job', async () => {
    const run = await job({ target: 'new.json' });
    expect(run.steps['login']).toMatchObject({ code: 0, stdout: expect.stringContaining('weather-ci') });
    expect(run.outputs['verdict']).toBe('failed');
    expect(run.steps['run']?.stdout).toContain('title=INPUT_REQUIRED_ADDED');
    expect(existsSync(path.join(workspace.dir, 'home/rollcall'))).toBe(false);
    expect(JSON.stringify(run)).not.toContain(SECRET);
  });

  it('has a check recorded, links to it, and fails with its verdict', async () => {
    const done = { yes: false };
    const run = job({ command: 'check', target: 'com.acme.weather/forecast@1.1.0', against: '1.0.0' });
    // what the worker does, which this test has not
    const worked = (async () => {
      while (!done.yes) {
        const queued = await api.get(PrismaService).check.findFirst({ where: { status: 'queued' } });
        if (queued === null) await new Promise((resolve) => setTimeout(resolve, 100));
        else await api.get(CheckService).run(queued.id);
      }
    })();
    const { outputs, steps, summary } = await run.finally(() => {
      done.yes = true;
    });
    await worked;
    expect({ outputs, stderr: steps['run']?.stderr }).toMatchObject({
      outputs: { verdict: 'failed', 'exit-code': '1' },
    });
    expect(steps['run']?.stderr).toMatch(/^check chk_\w+ {2}http/);
    expect(summary).toMatch(/^### ✖ blocked/);
    expect(readFileSync(outputs['comment-file'] ?? '', 'utf8')).toContain('[The recorded check](http');
  });

  it('refuses a job of another audience, and one that may not ask for a token', async () => {
    const other = await job({ target: 'new.json', audience: 'other' });
    expect(other.steps['login']).toMatchObject({ code: 2, stderr: expect.stringContaining('FEDERATION_REFUSED') });
    expect(other.steps['run']).toBeUndefined();
    const none = await job({ target: 'new.json' }, { ACTIONS_ID_TOKEN_REQUEST_URL: '' });
    expect(none.steps['login']?.stderr).toContain('id-token: write');
  });
});

describe('its comment', () => {
  type Comment = { id: number; body: string; user: { type: string } };
  let forge: Server;
  let comments: Comment[];
  let asked: string[];
  let env: Record<string, string>;

  beforeEach(async () => {
    comments = [];
    asked = [];
    forge = createServer(async (request, response) => {
      asked.push(`${request.method} ${request.url}`);
      expect(request.headers.authorization).toBe('Bearer job-token');
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { body = '' } = chunks.length > 0 ? (JSON.parse(Buffer.concat(chunks).toString()) as { body: string }) : {};
      const id = Number(/comments\/(\d+)$/.exec(request.url ?? '')?.[1]);
      if (request.method === 'POST') comments.push({ id: comments.length + 1, body, user: { type: 'Bot' } });
      if (request.method === 'PATCH') for (const one of comments) if (one.id === id) one.body = body;
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(comments));
    });
    await new Promise<void>((resolve) => forge.listen(0, '127.0.0.1', resolve));
    const GITHUB_API_URL = `http://127.0.0.1:${(forge.address() as AddressInfo).port}`;
    env = { GITHUB_API_URL, GITHUB_REPOSITORY: 'acme/weather', GITHUB_REF: 'refs/pull/12/merge' };
  });
  afterEach(() => void forge.close());

  const pull = (target: string) =>
    runAction(workspace, { cli: CLI, command: 'diff', comment: 'true', target, against: 'old.json' }, env);

  it('is written once and then replaced, and never takes one of a person', async () => {
    await pull('new.json');
    expect(comments).toMatchObject([
      { body: expect.stringMatching(/^<!-- .*acme%2Fweather%3A12 -->\n### ✖ breaking/) },
    ]);
    comments.unshift({ id: 77, body: comments[0]?.body ?? '', user: { type: 'User' } });
    const fixed = await pull('old.json');
    expect(fixed.steps['comment']).toMatchObject({ code: 0, stdout: 'The comment is up to date.\n' });
    expect(comments.map(({ body }) => /### (\S)/.exec(body)?.[1])).toEqual(['✖', '✔']);
    expect(asked.filter((one) => one.startsWith('POST'))).toEqual(['POST /repos/acme/weather/issues/12/comments']);
  });

  it('is left away outside of a pull request', async () => {
    env['GITHUB_REF'] = 'refs/heads/main';
    expect((await pull('new.json')).steps['comment']?.stdout).toContain('no pull request');
    expect(asked).toEqual([]);
  });
});
