import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JsonObject } from '@rollcall/kernel';
import { reviewManifest, SCHEMA_DATES } from '@rollcall/manifest';
import { type PersonSeed, seed, type TeamSeed } from '@rollcall/testing';
import { type RunningApi, startApi } from '../../apps/api/test/running-api.js';

const FOLDER = path.join(import.meta.dirname, 'manifests');
const read = (file: string) => JSON.parse(readFileSync(path.join(FOLDER, file), 'utf8')) as JsonObject;
/** One complete document for each released schema date. */
const COMPLETE = readdirSync(FOLDER).filter((file) => file.startsWith('complete-'));

/** The two documents the registry's OpenAPI file gives as examples of a publication, verbatim. */
const OPENAPI_EXAMPLES = read('openapi-examples.json') as Record<string, JsonObject>;

describe('documents of every released schema date', () => {
  let api: RunningApi;
  let team: TeamSeed;
  let ci: PersonSeed;
  let token: string;

  beforeAll(async () => {
    api = await startApi();
    team = await (await seed(api).organization('acme', { publication: 'direct' })).team('tools');
    ci = await team.developer('ci');
    token = await ci.token();
  });
  afterAll(() => api?.close());

  const send = async (at: string, document: JsonObject) => {
    const headers = { 'content-type': 'application/json' };
    const response = await api.fetch(at, token, { method: 'POST', headers, body: JSON.stringify(document) });
    return { status: response.status, body: (await response.json()) as JsonObject };
  };

  it('has one for each date', () => {
    expect(COMPLETE.sort()).toEqual(SCHEMA_DATES.map((date) => `complete-${date}.json`));
  });

  it.each(COMPLETE)('%s is valid, is published, and is read back as the same JSON value', async (file) => {
    const document = read(file);
    const { issues } = reviewManifest(document);
    expect(issues.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(await send('/v0.1/validate', document)).toMatchObject({ status: 200, body: { valid: true } });
    const published = await send('/v0.1/publish', document);
    expect([published.status, published.body['server'] ?? published.body]).toEqual([200, document]);
    const name = encodeURIComponent(String(document['name']));
    for (const version of [encodeURIComponent(String(document['version'])), 'latest']) {
      const response = await api.fetch(`/v0.1/servers/${name}/versions/${version}`, token);
      expect([response.status, ((await response.json()) as JsonObject)['server']]).toEqual([200, document]);
    }
  });

  it.each(Object.entries(OPENAPI_EXAMPLES))(
    'the example %s of the OpenAPI file lacks $schema and transport; with both it is published and read back',
    async (_name, example) => {
      const said = await send('/v0.1/validate', example);
      expect(said).toMatchObject({ status: 200, body: { valid: false } });
      const issues = said.body['issues'] as JsonObject[];
      const errors = issues.filter(({ severity }) => severity === 'error').map((issue) => issue['path']);
      expect(new Set(errors)).toEqual(new Set(['$schema', 'packages[0].transport']));
      const packages = (example['packages'] as JsonObject[]).map((each) => ({ ...each, transport: { type: 'stdio' } }));
      const name = `${team.namespace}/${String(example['name']).split('/')[1]}`;
      const document = { ...example, $schema: SCHEMA, name, packages };
      const published = await send('/v0.1/publish', document);
      // Of _meta the registry keeps what is the publisher's, as the official one does.
      const kept = Object.fromEntries(
        Object.entries(example['_meta'] as JsonObject).filter(([key]) => key === PROVIDED),
      );
      const expected = { ...document, _meta: kept };
      expect([published.status, published.body['server'] ?? published.body]).toEqual([200, expected]);
    },
  );
});

const PROVIDED = 'io.modelcontextprotocol.registry/publisher-provided';
const SCHEMA = 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json';
