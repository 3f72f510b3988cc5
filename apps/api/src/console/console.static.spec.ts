import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { seed } from '@rollcall/testing';
import { getIntrospectionQuery } from 'graphql';
import { type RunningApi, startApi } from '../../test/running-api.js';

describe('the pages a browser gets', () => {
  let api: RunningApi;
  let token: string;
  const consoleDir = mkdtempSync(path.join(tmpdir(), 'rollcall-console-'));

  beforeAll(async () => {
    writeFileSync(path.join(consoleDir, 'index.html'), '<!doctype html><title>the console</title>');
    writeFileSync(path.join(consoleDir, 'graphiql.html'), '<!doctype html><title>the explorer</title>');
    api = await startApi({ consoleDir });
    const acme = await seed(api).organization('acme');
    token = await (await (await acme.team('payments')).maintainer('olivia')).token();
  });
  afterAll(async () => {
    await api?.close();
    rmSync(consoleDir, { recursive: true, force: true });
  });

  const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

  it('are the console at every address of its screens', async () => {
    for (const page of [
      '/',
      '/servers',
      '/servers/com.acme/x',
      '/checks',
      '/checks/chk_1',
      '/gateways',
      '/notices',
      '/policy',
      '/audit',
      '/sign-in',
    ]) {
      const answer = await api.fetch(page, null, { headers: browser });
      expect([page, answer.status, await answer.text()]).toEqual([page, 200, expect.stringContaining('the console')]);
    }
  });

  it('are GraphiQL at the address of the API, under the same policy as every page', async () => {
    const answer = await api.fetch('/graphql?query={viewer{roles}}', token, { headers: browser });
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('the explorer')]);
    expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'self'/);
    expect(answer.headers.get('content-type')).toMatch(/^text\/html/);
    expect(answer.headers.get('vary')).toBe('accept');
  });

  it('may ask for the schema they explain, within the limits of every query', async () => {
    const asked = getIntrospectionQuery({ descriptions: true, inputValueDeprecation: true });
    const answer = await api.query(token, asked);
    expect(answer).toMatchObject({ status: 200, data: { __schema: { queryType: { name: 'Query' } } } });
  });

  it('are not for programs: they get the answer to their query', async () => {
    const query = encodeURIComponent('{ viewer { principal { handle } } }');
    for (const accept of ['application/json', '*/*', 'application/graphql-response+json']) {
      const answer = await api.fetch(`/graphql?query=${query}`, token, { headers: { accept } });
      expect(await answer.json()).toMatchObject({ data: { viewer: { principal: { handle: 'olivia' } } } });
    }
    expect((await api.query(token, '{ viewer { roles } }')).status).toBe(200);
  });
});
