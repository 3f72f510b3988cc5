import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { callJson } from '../call.fixture.js';
import { ScriptedControlPlane, VIEWER } from '../control-plane.fixture.js';

const plane = new ScriptedControlPlane();
beforeAll(() => plane.start());
beforeEach(() => plane.begin({ viewer: VIEWER }));
afterEach(() => plane.end());
afterAll(() => plane.stop());

const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln';

/** Answers the exchange; `asked` is what it was sent. */
function exchanges(status: number, answer: object) {
  const asked: { path: string; body: unknown }[] = [];
  plane.plain = (request, response) => {
    if (!request.url?.endsWith('/auth/federation/token')) return false;
    let text = '';
    request.on('data', (chunk) => {
      text += chunk;
    });
    request.on('end', () => {
      asked.push({ path: request.url ?? '', body: JSON.parse(text) });
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
    return true;
  };
  return asked;
}

const login = (argv: string[], env: Record<string, string> = {}) =>
  callJson(['login', '--url', plane.url, ...argv], { cwd: plane.cwd, env: { XDG_CONFIG_HOME: plane.cwd, ...env } });

describe('signing in as a pipeline', () => {
  const issued = { token: 'rcl_short', expiresAt: '2026-11-20T12:15:00.000Z' };

  it('exchanges an identity token from a file, and uses what it got', async () => {
    const asked = exchanges(200, issued);
    await writeFile(path.join(plane.cwd, 'id.jwt'), `${JWT}\n`);
    const done = await login(['--oidc-token-file', 'id.jwt', '--organization', 'acme', '--rule', 'ci']);
    expect(done.exitCode).toBe(0);
    expect(asked).toEqual([{ path: '/o/acme/auth/federation/token', body: { token: JWT, rule: 'ci' } }]);
    expect(plane.seen.at(-1)).toMatchObject({ path: '/graphql', authorization: 'Bearer rcl_short' });
  });

  it('takes it from a variable, or from the runner of a job', async () => {
    const asked = exchanges(200, issued);
    expect((await login(['--oidc-token-env', 'ID_TOKEN'], { ID_TOKEN: JWT })).exitCode).toBe(0);
    const exchange = plane.plain;
    plane.plain = (request, response) => {
      if (!request.url?.startsWith('/runner')) return exchange(request, response);
      expect(request.url).toBe('/runner?api=2&audience=rollcall');
      expect(request.headers.authorization).toBe('Bearer runner-secret');
      response.end(JSON.stringify({ value: JWT }));
      return true;
    };
    const env = {
      ACTIONS_ID_TOKEN_REQUEST_URL: `${plane.url}/runner?api=2`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'runner-secret',
    };
    expect((await login(['--github-actions'], env)).exitCode).toBe(0);
    expect(asked).toHaveLength(2);
  });

  it('says why a token was not accepted', async () => {
    exchanges(400, { code: 'FEDERATION_REFUSED', detail: 'The token is not accepted: it has expired.', nextStep: 'x' });
    const refused = await login(['--oidc-token-env', 'ID_TOKEN'], { ID_TOKEN: JWT });
    expect(refused).toMatchObject({ exitCode: 2, envelope: { error: { code: 'FEDERATION_REFUSED' } } });
  });

  it.each([
    [[], {}, 'USAGE'],
    [['--token', 'x', '--github-actions'], {}, 'USAGE'],
    [['--github-actions'], {}, 'NO_OIDC_TOKEN'],
    [['--oidc-token-env', 'NOTHING'], {}, 'NO_OIDC_TOKEN'],
    [['--oidc-token-env', 'X'], { X: 'not a token' }, 'NO_OIDC_TOKEN'],
  ] as [string[], Record<string, string>, string][])('refuses %j', async (argv, env, code) => {
    expect(await login(argv, env)).toMatchObject({ exitCode: 2, envelope: { error: { code } } });
  });
});

describe('identity', () => {
  const team = { id: 'team_1', slug: 'tools', name: 'Tools', members: [] };
  const apiToken = {
    id: 'tok_1',
    name: 'ci',
    scopes: ['server.read'],
    createdAt: '2026-11-20T12:00:00.000Z',
    expiresAt: null,
    lastUsedAt: null,
    revokedAt: null,
    principal: { handle: 'pay-ci' },
  };

  it('makes teams and says who is in them', async () => {
    const asked: unknown[] = [];
    for (const name of ['teamCreate', 'teamMemberSet', 'teamMemberRemove']) {
      plane.fields[name] = ({ input }: { input: unknown }) => {
        asked.push(input);
        return { team, errors: [] };
      };
    }
    plane.fields['teams'] = [team];
    expect((await plane.run('teams', 'create', 'tools')).exitCode).toBe(0);
    expect((await plane.run('teams', 'set-member', 'tools', 'ada', '--role', 'developer')).exitCode).toBe(0);
    expect((await plane.run('teams', 'remove-member', 'tools', 'ada')).exitCode).toBe(0);
    expect((await plane.run('teams', 'list')).envelope.data).toMatchObject({ teams: [{ slug: 'tools' }] });
    expect(asked).toEqual([
      { slug: 'tools', name: 'tools' },
      { team: 'tools', principal: 'ada', role: 'developer' },
      { team: 'tools', principal: 'ada' },
    ]);
  });

  it('reads every page of people', async () => {
    const person = (handle: string) => ({
      id: handle,
      handle,
      kind: 'user',
      displayName: handle,
      email: null,
      roles: ['admin'],
      disabledAt: null,
      memberships: [],
    });
    plane.fields['principals'] = ({ after }: { after?: string }) => ({
      edges: [{ cursor: '', node: person(after ? 'olivia' : 'ada') }],
      pageInfo: { hasNextPage: !after, endCursor: after ? null : 'next' },
    });
    const { envelope } = await plane.run('people', 'list');
    expect(envelope.data).toMatchObject({ people: [{ handle: 'ada' }, { handle: 'olivia' }] });
  });

  it('prints a new token alone, and refuses as it is refused', async () => {
    let asked: unknown;
    plane.fields['apiTokenCreate'] = ({ input }: { input: unknown }) => {
      asked = input;
      return { token: 'rcl_new', apiToken, errors: [] };
    };
    const made = await plane.runText('tokens', 'create', 'ci', '--for', 'pay-ci', '--scope', 'server.read');
    expect(made.stdout).toBe('rcl_new\n');
    expect(asked).toMatchObject({ name: 'ci', principal: 'pay-ci', scopes: ['server.read'] });
    const error = { code: 'LAST_ADMIN', message: 'x', nextStep: 'y', path: [], details: {} };
    plane.fields['roleRevoke'] = () => ({ principal: null, errors: [error] });
    const refused = await plane.run('people', 'revoke', 'ada', 'admin');
    expect(refused).toMatchObject({ exitCode: 2, envelope: { error: { code: 'LAST_ADMIN' } } });
  });

  it('writes a federation rule from claims on the command line', async () => {
    let asked: unknown;
    plane.fields['federationRuleCreate'] = ({ input }: { input: unknown }) => {
      asked = input;
      const rule = { ...apiToken, id: 'fed_1', name: 'ci', issuer: 'https://i', audience: 'rollcall', claims: [] };
      return { rule, errors: [] };
    };
    const words = ['federation', 'create', 'ci', '--issuer', 'https://i', '--audience', 'rollcall', '--as', 'pay-ci'];
    const done = await plane.run(...words, '--claim', 'repository=acme/app', '--claim', 'ref=refs/heads/main');
    expect(done.exitCode).toBe(0);
    expect(asked).toMatchObject({
      claims: [
        { claim: 'repository', matches: 'acme/app' },
        { claim: 'ref', matches: 'refs/heads/main' },
      ],
      scopes: ['*'],
    });
  });
});
