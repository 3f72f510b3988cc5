import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isJsonObject, type JsonObject, type JsonValue, Refusal } from '@rollcall/kernel';
import { reviewManifest } from '@rollcall/manifest';
import { manifestOf, seed } from '@rollcall/testing';
import fc from 'fast-check';
import { type RunningApi, startApi } from '../../test/running-api.js';
import { statusOf } from '../http/http-errors.filter.js';
import { decodePosition, encodePosition } from './catalogue-cursor.js';
import { readPageQuery } from './catalogue-query.js';
import { readStatusUpdate } from './status-update.reader.js';
import { validationReport } from './validation-report.js';

const PURE_MANIFESTS = 5_000;
const PURE_PARAMETERS = 5_000;
const OVER_HTTP = 150;
const SEED = 20_261_121;

const VALID: JsonObject = manifestOf('com.acme.tools/weather', '1.2.3', {
  title: 'Weather',
  repository: { url: 'https://git.example.com/team/weather', source: 'github', subfolder: 'servers/weather' },
  icons: [{ src: 'https://example.com/i.png', sizes: ['48x48'], mimeType: 'image/png' }],
  remotes: [
    {
      type: 'streamable-http',
      url: 'https://{region}.example.com/mcp',
      headers: [{ name: 'X-Key', isSecret: true }],
      variables: { region: { choices: ['eu', 'us'] } },
    },
  ],
  packages: [
    {
      registryType: 'npm',
      identifier: '@example/weather',
      version: '1.2.3',
      transport: { type: 'stdio' },
      packageArguments: [{ type: 'named', name: '--port', value: '8080' }],
    },
  ],
});

/** Every place in the valid document, as a list of keys. */
const PLACES: (string | number)[][] = [];
collect(VALID, []);
function collect(value: JsonValue, path: (string | number)[]): void {
  if (path.length > 0) PLACES.push(path);
  if (Array.isArray(value)) for (const [index, item] of value.entries()) collect(item, [...path, index]);
  else if (isJsonObject(value)) for (const [key, item] of Object.entries(value)) collect(item, [...path, key]);
}

const ODD_TEXTS = [
  '',
  ' ',
  '\u0000',
  '\ud800',
  '../..',
  'latest',
  '^1.0.0',
  '1.x',
  'a'.repeat(300),
  '{x}',
  'javascript:alert(1)',
  'http://[::1',
  '💥',
  '%00',
  "' OR 1=1 --",
];
const oddValue: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.constantFrom<JsonValue[]>(null, true, -1, 1e308, [], {}, [[[]]], { __proto__x: 1 }),
  fc.constantFrom(...ODD_TEXTS),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.jsonValue({ maxDepth: 5 }) as fc.Arbitrary<JsonValue>,
);

/** The valid document with up to four members replaced or removed. */
const malformed: fc.Arbitrary<JsonValue> = fc
  .array(fc.tuple(fc.constantFrom(...PLACES), fc.option(oddValue, { nil: undefined })), { minLength: 1, maxLength: 4 })
  .map((changes) =>
    changes.reduce((document, [path, value]) => changed(document, path, value), structuredClone(VALID)),
  );

function changed(document: JsonObject, path: (string | number)[], value: JsonValue | undefined): JsonObject {
  let here: unknown = document;
  for (const key of path.slice(0, -1)) {
    if (typeof here !== 'object' || here === null) return document;
    here = (here as Record<string | number, unknown>)[key];
  }
  const last = path.at(-1) as string | number;
  if (typeof here !== 'object' || here === null) return document;
  if (value === undefined) delete (here as Record<string | number, unknown>)[last];
  else (here as Record<string | number, unknown>)[last] = value;
  return document;
}

const oddText = fc.oneof(
  fc.constantFrom(...ODD_TEXTS),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.integer().map(String),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
);
const cursor = fc.oneof(
  oddText,
  fc.jsonValue({ maxDepth: 2 }).map((value) => Buffer.from(JSON.stringify(value)).toString('base64url')),
  fc
    .tuple(oddText, oddText, fc.option(oddText), fc.option(oddText), fc.option(oddText), fc.boolean())
    .map(([name, version, search, only, updatedSince, includeDeleted]) =>
      encodePosition({ name, version }, { search, version: only, updatedSince, includeDeleted }),
    ),
);
const parameters = fc.record(
  { cursor, limit: oddText, search: oddText, version: oddText, updated_since: oddText, include_deleted: oddText },
  { requiredKeys: [] },
);

/** The status of a refusal; what is not a refusal would be a 500 and fails the test. */
function statusOfRefusal(work: () => unknown): number {
  try {
    work();
    return 200;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    expect(error.message).not.toBe('');
    return statusOf(error.code);
  }
}

describe('malformed input', () => {
  it('of a manifest is always a verdict, with a place for every error', () => {
    const property = fc.property(malformed, (document) => {
      const { valid, issues } = validationReport(reviewManifest(document));
      expect(valid).toBe(!issues.some(({ severity }) => severity === 'error'));
      for (const issue of issues) expect(issue.message).not.toBe('');
    });
    fc.assert(property, { numRuns: PURE_MANIFESTS, seed: SEED });
  });

  it('of parameters is always understood or a 4xx, and a cursor that is read never breaks the query', () => {
    const property = fc.property(parameters, fc.jsonValue({ maxDepth: 3 }), (query, body) => {
      expect([200, 400, 422]).toContain(statusOfRefusal(() => readPageQuery(query)));
      expect([200, 400, 422]).toContain(statusOfRefusal(() => readStatusUpdate(body)));
      if (query.cursor === undefined || statusOfRefusal(() => decodePosition(query.cursor as string)) !== 200) return;
      const { after, filters } = decodePosition(query.cursor);
      expect(JSON.stringify([after, filters])).not.toMatch(/\\u0000|\\ud[89a-f]/i);
    });
    fc.assert(property, { numRuns: PURE_PARAMETERS, seed: SEED });
  });

  it('of a cursor comes back as it went in otherwise', () => {
    const plain = fc.string({ unit: 'grapheme', maxLength: 200 }).filter((text) => !/[\0\p{Cs}]/u.test(text));
    const moment = fc
      .date({ min: new Date(0), max: new Date('9999-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString());
    const filters = fc.record({
      search: fc.option(plain),
      version: fc.option(plain),
      updatedSince: fc.option(moment),
      includeDeleted: fc.boolean(),
    });
    const property = fc.property(fc.record({ name: plain, version: plain }), filters, (after, kept) => {
      const text = encodePosition(after, kept);
      expect(text).toMatch(/^[A-Za-z0-9_-]+$/);
      expect(decodePosition(text)).toEqual({ after, filters: kept });
    });
    fc.assert(property, { numRuns: 300, seed: SEED });
  });
});

describe('malformed requests over HTTP', () => {
  let api: RunningApi;
  let token: string;

  beforeAll(async () => {
    api = await startApi();
    const acme = await seed(api).organization('acme', { publication: 'direct' });
    token = await (await (await acme.team('tools')).maintainer('olivia')).token();
  });
  afterAll(() => api?.close());

  const rows = async () => {
    const { prisma } = api;
    return Promise.all([
      prisma.server.count(),
      prisma.serverVersion.count(),
      prisma.transition.count(),
      prisma.outboxEvent.count(),
    ]);
  };
  const send = async (method: string, path: string, body?: JsonValue) => {
    const headers = { 'content-type': 'application/json' };
    const response = await api.fetch(path, token, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, text: await response.text() };
  };
  /** A 4xx with a code, and nothing of the inside. */
  const expectProblem = ({ status, text }: { status: number; text: string }, what: string) => {
    if (status < 400 || status >= 500) throw new Error(`${status} for ${what}: ${text}`);
    const problem = JSON.parse(text) as Record<string, unknown>;
    expect(problem).toMatchObject({
      status,
      code: expect.any(String),
      detail: expect.any(String),
      nextStep: expect.any(String),
    });
    expect(text).not.toMatch(/prisma|node_modules|at Object|SELECT |postgres/i);
  };

  it('never store a row and never are our fault', async () => {
    const before = await rows();
    const documents = fc.sample(malformed, { numRuns: OVER_HTTP * 2, seed: SEED });
    const invalid = documents.filter((document) => reviewManifest(document).manifest === null).slice(0, OVER_HTTP);
    expect(invalid.length).toBeGreaterThan(OVER_HTTP / 2);
    for (let start = 0; start < invalid.length; start += 8) {
      const batch = invalid.slice(start, start + 8);
      const answers = await Promise.all(batch.map((document) => send('POST', '/v0.1/publish', document)));
      for (const [index, answer] of answers.entries()) expectProblem(answer, JSON.stringify(batch[index]));
    }
    expect(await rows()).toEqual(before);
  });

  it('get an answer for every parameter and every path', async () => {
    const queries = fc.sample(parameters, { numRuns: OVER_HTTP / 2, seed: SEED });
    const segments = fc.sample(oddText, { numRuns: OVER_HTTP / 2, seed: SEED });
    for (let start = 0; start < queries.length; start += 8) {
      const batch = queries.slice(start, start + 8).flatMap((query, index) => {
        const search = Object.entries(query).map(([key, value]) => `${key}=${encoded(value as string)}`);
        const name = encoded(segments[start + index] ?? '');
        return [
          `/v0.1/servers?${search.join('&')}`,
          `/v0.1/servers/${name}/versions/${name}`,
          `/v0.1/x/dev.rollcall/servers/${name}`,
        ];
      });
      const answers = await Promise.all(batch.map((path) => send('GET', path)));
      answers.forEach((answer, index) => {
        if (answer.status !== 200 && answer.status !== 308) expectProblem(answer, batch[index] ?? '');
      });
    }
  });

  it('of a status update change nothing', async () => {
    await send('POST', '/v0.1/publish', manifestOf('com.acme.tools/steady', '1.0.0'));
    const before = await rows();
    const bodies = fc.sample(fc.jsonValue({ maxDepth: 3 }), { numRuns: 100, seed: SEED }) as JsonValue[];
    for (const body of bodies)
      expectProblem(await send('PATCH', '/v0.1/servers/com.acme.tools%2Fsteady/status', body), JSON.stringify(body));
    expect(await rows()).toEqual(before);
  });
});

/** Half of a surrogate pair has no percent encoding. */
const encoded = (text: string): string => encodeURIComponent(text.replace(/\p{Cs}/gu, ''));
