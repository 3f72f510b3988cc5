import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { GraphQLError } from 'graphql';
import { callJson } from '../call.fixture.js';
import { ScriptedControlPlane, VIEWER } from '../control-plane.fixture.js';

const plane = new ScriptedControlPlane();
beforeAll(() => plane.start());
beforeEach(() => plane.begin({ viewer: VIEWER }));
afterEach(() => plane.end());
afterAll(() => plane.stop());

const coded = (code: string) => () => {
  throw new GraphQLError('No.', { extensions: { code, requestId: 'req_7' } });
};

describe('signing in', () => {
  it('asks who the token is, then remembers it for its owner alone', async () => {
    const signedIn = await callJson(['login', '--url', `${plane.url}/`, '--token', '-'], {
      env: { XDG_CONFIG_HOME: plane.cwd },
      stdin: 'rc_stored\n',
    });
    expect(signedIn).toMatchObject({
      exitCode: 0,
      envelope: { data: { url: plane.url, viewer: { principal: { handle: 'ada' } } } },
    });
    expect(signedIn.stdout).not.toContain('rc_stored');
    const file = path.join(plane.cwd, 'rollcall/config.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ url: plane.url, token: 'rc_stored' });
    expect((await callJson(['whoami'], { env: { XDG_CONFIG_HOME: plane.cwd } })).exitCode).toBe(0);
    expect(plane.seen.map((request) => request.authorization)).toEqual(['Bearer rc_stored', 'Bearer rc_stored']);
  });

  it('remembers nothing when the token is not accepted', async () => {
    plane.fields = { viewer: coded('UNAUTHENTICATED') };
    const { exitCode } = await callJson(['login', '--url', plane.url, '--token', 'bad'], {
      env: { XDG_CONFIG_HOME: plane.cwd },
    });
    expect(exitCode).toBe(3);
    await expect(stat(path.join(plane.cwd, 'rollcall'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('never sends the stored token to another host than the one it was stored for', async () => {
    await callJson(['login', '--url', 'http://127.0.0.1:9', '--token', 'x'], { env: { XDG_CONFIG_HOME: plane.cwd } });
    await callJson(['login', '--url', plane.url, '--token', 'rc_stored'], { env: { XDG_CONFIG_HOME: plane.cwd } });
    plane.seen = [];
    const other = plane.url.replace('127.0.0.1', 'localhost');
    const { exitCode, envelope } = await callJson(['whoami', '--url', other], { env: { XDG_CONFIG_HOME: plane.cwd } });
    expect({ exitCode, code: envelope.error?.code }).toEqual({ exitCode: 3, code: 'UNAUTHENTICATED' });
    expect(plane.seen).toEqual([]);
  });

  it('refuses a damaged login file instead of going on without it', async () => {
    await callJson(['login', '--url', plane.url, '--token', 'rc_stored'], { env: { XDG_CONFIG_HOME: plane.cwd } });
    await writeFile(path.join(plane.cwd, 'rollcall/config.json'), '{');
    const { exitCode, envelope } = await callJson(['whoami'], { env: { XDG_CONFIG_HOME: plane.cwd } });
    expect({ exitCode, code: envelope.error?.code }).toEqual({ exitCode: 2, code: 'LOGIN_FILE' });
  });
});

describe('what the control plane answers', () => {
  it.each([
    ['UNAUTHENTICATED', 3],
    ['FORBIDDEN', 3],
    ['NOT_FOUND', 2],
    ['INTERNAL', 70],
  ])('as %s exits %i, with the request id', async (code, exitCode) => {
    plane.fields = { viewer: coded(code) };
    expect(await plane.run('whoami')).toMatchObject({
      exitCode,
      envelope: { data: null, error: { code, requestId: 'req_7' } },
    });
  });

  it.each([
    [401, 3, 'UNAUTHENTICATED'],
    [403, 3, 'FORBIDDEN'],
    [500, 4, 'UNAVAILABLE'],
    [503, 4, 'UNAVAILABLE'],
    [200, 4, 'NOT_ROLLCALL'],
    [302, 4, 'NOT_ROLLCALL'],
  ])('as HTTP %i without GraphQL exits %i', async (status, exitCode, code) => {
    plane.plain = (_request, response) => {
      response.writeHead(status, { location: '/elsewhere', 'content-type': 'text/html' }).end('<html></html>');
      return true;
    };
    expect(await plane.run('whoami')).toMatchObject({ exitCode, envelope: { error: { code } } });
    // Redirects are not followed: the token is for this place only.
    expect(plane.seen.map((request) => request.path)).toEqual(['/graphql']);
  });

  it('is cut off when the connection breaks', async () => {
    plane.plain = (_request, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('{');
      response.destroy();
      return true;
    };
    expect(await plane.run('whoami')).toMatchObject({ exitCode: 4, envelope: { error: { code: 'NETWORK' } } });
  });

  it('is read by doctor, who masks the token', async () => {
    plane.plain = (request, response) => {
      if (request.url !== '/readyz') return false;
      response.writeHead(200).end('{}');
      return true;
    };
    const { exitCode, stdout, envelope } = await plane.run('doctor');
    expect(envelope.error).toBeNull();
    expect(exitCode).toBe(0);
    expect(stdout).not.toContain('rc_token');
    expect(envelope.data).toMatchObject({
      findings: expect.arrayContaining([expect.objectContaining({ name: 'account', ok: true })]),
    });
  });
});
