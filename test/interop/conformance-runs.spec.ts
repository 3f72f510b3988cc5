import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  type CaseOutcome,
  type ConformanceOptions,
  type ConformanceReport,
  junitReport,
  markdownReport,
  runConformance,
} from '@rollcall/conformance';
import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import fc from 'fast-check';
import { type Fault, startCatalogue } from './catalogue.server.js';

const running: { close(): Promise<void> }[] = [];
afterEach(() => Promise.all(running.splice(0).map((each) => each.close())));

const SUITE = {
  pause: async () => undefined,
  userAgent: 'rollcall-conformance-spec',
  limits: { timeoutMs: 400, maxBytes: 100_000 },
};

async function report(fault: Fault = {}, more: Partial<ConformanceOptions> = {}): Promise<ConformanceReport> {
  const catalogue = await startCatalogue(fault);
  running.push(catalogue);
  return runConformance({ registry: catalogue.url, fetch, ...SUITE, ...more });
}

const ids = ({ results }: ConformanceReport, outcome: CaseOutcome) =>
  results.filter((result) => result.outcome === outcome).map(({ id }) => id);
const without = (item: JsonValue, key: string): JsonValue =>
  isJsonObject(item) ? Object.fromEntries(Object.entries(item).filter(([name]) => name !== key)) : item;

/** What is wrong, and the cases that find it: these and no others. */
const BROKEN: [what: string, fault: Fault, failing: string[], warned?: string[]][] = [
  [
    'drops _meta from its list',
    { items: (items) => (items as JsonValue[]).map((item) => without(item, '_meta')) },
    ['shape.item-meta-object', 'vscode.gallery-page', 'vscode.next-page'],
  ],
  [
    'begins with an item that has no description',
    {
      items: ([first, ...rest]) =>
        first === undefined
          ? []
          : [{ ...first, server: without(first.server, 'description') } as JsonValue, ...(rest as JsonValue[])],
    },
    ['shape.list-schema', 'shape.first-item', 'shape.item-texts', 'vscode.gallery-page', 'vscode.next-page'],
    ['shape.server-documents', 'parameters.search-description'],
  ],
  ['lists in another order', { order: (items) => [...items].reverse() }, ['ordering.name-version']],
  [
    'has cursors that mean something else in a query',
    { cursor: (cursor) => `${cursor.slice(0, 6)}#${cursor.slice(6)}` },
    ['cursor.round-trip', 'cursor.url-safe', 'cursor.walk-ends', 'vscode.next-page'],
    ['cursor.search-dropped'],
  ],
  ['ignores the limit', { limit: () => 100 }, ['parameters.limit-one']],
  [
    'adds a member of its own to the official block',
    {
      reply: (reply) => ({
        ...reply,
        body: JSON.parse(
          JSON.stringify(reply.body ?? null).replaceAll('"isLatest":', '"downloads":1,"isLatest":'),
        ) as JsonValue,
      }),
    },
    ['shape.official-meta-closed'],
  ],
  [
    'tells its stack in errors',
    {
      reply: (reply) =>
        reply.status < 400
          ? reply
          : {
              ...reply,
              body: { ...(reply.body as JsonObject), detail: 'TypeError: x\n    at list (/app/src/list.js:3:7)' },
            },
    },
    ['errors.no-internals'],
  ],
  [
    'answers errors as text',
    {
      reply: (reply) =>
        reply.status < 400
          ? reply
          : { ...reply, headers: { ...reply.headers, 'content-type': 'text/html' }, body: 'no' },
    },
    ['errors.shape', 'errors.media-type'],
    ['errors.both-shapes'],
  ],
  [
    'has no CORS headers',
    {
      reply: (reply) => ({
        ...reply,
        headers: Object.fromEntries(
          Object.entries(reply.headers).filter(([name]) => !name.startsWith('access-control')),
        ),
      }),
    },
    ['cors.get', 'cors.preflight', 'cors.preflight-version', 'cors.preflight-headers', 'copilot.cors'],
    ['cors.error', 'cors.preflight-patch'],
  ],
  [
    'takes the oldest version for the latest',
    { latest: (items) => items.at(-1) },
    ['codes.latest', 'vscode.one-server'],
  ],
  [
    'never answers a search',
    { takes: (request) => /[?&]search=/.test(request.url ?? '') },
    [
      'parameters.search-substring',
      'parameters.search-case',
      'parameters.search-percent',
      'parameters.search-underscore',
      'parameters.search-nothing',
      'parameters.filters-combine',
      'errors.no-internals',
      'errors.no-faults',
      'encoding.nul-query',
      'sync.since-long-ago',
    ],
    ['parameters.search-description', 'cursor.search-dropped'],
  ],
  [
    'sends a body without an end for large pages',
    { takes: (request, response) => /limit=100/.test(request.url ?? '') && endless(response) },
    [
      'parameters.limit-hundred',
      'parameters.version-latest',
      'parameters.version-latest-unique',
      'parameters.version-exact',
      'parameters.search-substring',
      'parameters.search-case',
      'parameters.search-percent',
      'parameters.search-underscore',
      'parameters.filters-combine',
      'cursor.page-size-does-not-matter',
      'sync.since-long-ago',
      'sync.since-strict',
    ],
    ['parameters.search-description', 'cursor.search-dropped'],
  ],
];

function endless(response: ServerResponse): true {
  response.writeHead(200, { 'content-type': 'application/json' });
  const more = () => {
    while (!response.destroyed && response.write('x'.repeat(16_384)));
    if (!response.destroyed) response.once('drain', more);
  };
  more();
  return true;
}

describe('the conformance suite', () => {
  it('finds nothing wrong with a registry that does everything right', async () => {
    const found = await report();
    expect([ids(found, 'fail'), ids(found, 'warn')]).toEqual([[], []]);
    expect(found).toMatchObject({ conclusion: 'conformant', summary: expect.stringContaining('conforms to') });
    const skipped = found.results.filter(
      ({ outcome, reason }) => outcome === 'skipped' && !/No credentials/.test(reason),
    );
    expect(skipped.map(({ id }) => id)).toEqual([
      'vscode.https',
      'operational.validate-valid',
      'operational.validate-invalid',
    ]);
  });

  it.each(BROKEN)(
    'finds a registry that %s, by the cases about that and no others',
    async (_what, fault, failing, warned = []) => {
      const found = await report(fault);
      expect(ids(found, 'fail')).toEqual(failing);
      expect(ids(found, 'warn')).toEqual(warned);
      expect(found.conclusion).toBe('not_conformant');
      for (const { outcome, reason, evidence } of found.results)
        if (outcome === 'fail') expect([reason, evidence.length > 0]).toEqual([expect.stringMatching(/.{10}/), true]);
    },
  );

  it('judges nothing else where the list is no list, and follows no redirect', async () => {
    let followed = 0;
    const elsewhere = await startCatalogue({ takes: () => ++followed < 0 });
    running.push(elsewhere);
    const away = (path: string) => ({ location: `${elsewhere.url}${path}` });
    const found = await report({
      reply: (reply, path) => (path.endsWith('/servers') ? { ...reply, status: 302, headers: away(path) } : reply),
    });
    expect(ids(found, 'fail')).toEqual(['shape.list-answers']);
    expect(ids(found, 'pass')).toEqual(['operational.health', 'operational.ping', 'operational.version']);
    expect(followed).toBe(0);
  });

  it('has no verdict about what does not answer', async () => {
    for (const found of [
      await report({ takes: () => true }),
      await runConformance({ registry: 'http://127.0.0.1:9', fetch, ...SUITE }),
    ])
      expect(found).toMatchObject({
        conclusion: 'unreachable',
        results: [],
        summary: expect.stringContaining('did not answer'),
      });
  });

  it('is polite: one request at a time, declared, within its budget, reading only', async () => {
    let [open, most] = [0, 0];
    const seen: { method: string; agent: string | null }[] = [];
    const careful: ConformanceOptions['fetch'] = async (url, init) => {
      most = Math.max(most, ++open);
      const headers = new Headers(init.headers);
      seen.push({ method: init.method ?? 'GET', agent: headers.get('user-agent') });
      try {
        return await fetch(url, init);
      } finally {
        open -= 1;
      }
    };
    const found = await report({}, { fetch: careful, limits: { maxRequests: 40 } });
    expect(most).toBe(1);
    expect(found.requests).toBe(40);
    expect(found.conclusion).toBe('undecided');
    expect(seen.every(({ agent }) => agent === SUITE.userAgent)).toBe(true);
    expect(ids(found, 'skipped').length).toBeGreaterThan(30);
    const whole = await report({}, { fetch: careful });
    expect(whole.requests).toBeLessThan(160);
    const methods = new Set(seen.map(({ method }) => method));
    expect([...methods].sort()).toEqual(['GET', 'HEAD', 'OPTIONS', 'POST']);
  });

  it('waits as it is told when the registry limits the rate, and says neither yes nor no when that does not help', async () => {
    const waited: number[] = [];
    const pause = async (ms: number) => void waited.push(ms);
    const limited = (times: number): ConformanceOptions['fetch'] => {
      let left = times;
      return async (url, init) =>
        left-- > 0 ? new Response('{}', { status: 429, headers: { 'retry-after': '7' } }) : fetch(url, init);
    };
    expect(await report({}, { fetch: limited(1), pause })).toMatchObject({ conclusion: 'conformant' });
    expect(waited).toContain(7000);
    const refused = await report({}, { fetch: limited(Number.POSITIVE_INFINITY), pause });
    expect(refused).toMatchObject({
      conclusion: 'undecided',
      summary: expect.stringContaining('could not be held against'),
    });
    expect([refused.counts.pass, refused.counts.fail, refused.requests]).toEqual([0, 0, 2]);
  });

  it('finds the same twice', async () => {
    const [first, second] = [await report({ limit: () => 3 }), await report({ limit: () => 3 })];
    const plain = ({ results }: ConformanceReport) => results.map(({ id, outcome, reason }) => [id, outcome, reason]);
    expect(plain(first)).toEqual(plain(second));
  });

  it('ends every case with an outcome, whatever comes back', async () => {
    const answer = fc.record({
      status: fc.constantFrom(200, 200, 200, 204, 301, 404, 500),
      headers: fc.dictionary(
        fc.constantFrom('content-type', 'etag', 'location', 'access-control-allow-origin'),
        fc.constantFrom('', 'x', '*', 'application/json'),
      ),
      body: fc.oneof(
        fc.json(),
        fc.string(),
        fc
          .record({
            servers: fc.array(oddItem(), { maxLength: 3 }),
            metadata: fc.option(fc.record({ nextCursor: odd(), count: odd() })),
          })
          .map((each) => JSON.stringify(each)),
        oddItem().map((each) => JSON.stringify(each)),
      ),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 5 }), async (answers) => {
        let at = 0;
        const fake: ConformanceOptions['fetch'] = async () => {
          const { status, headers, body } = answers[at++ % answers.length] ?? { status: 200, headers: {}, body: '' };
          return new Response(status === 204 ? null : body, { status, headers });
        };
        const writing = { token: 't', namespace: 'com.acme', runId: 'r' };
        const found = await runConformance({
          registry: 'https://registry.example.com',
          fetch: fake,
          ...SUITE,
          writing,
        });
        expect(found.results.every(({ reason, outcome }) => outcome === 'pass' || reason !== '')).toBe(true);
        expect(junitReport(found)).toContain('</testsuites>');
        expect(markdownReport(found)).toMatch(/^# [✔✖?] /);
      }),
      { numRuns: 60 },
    );
  });
});

function odd(): fc.Arbitrary<JsonValue> {
  return fc.constantFrom<JsonValue>(
    null,
    '',
    'x',
    0,
    1,
    true,
    [],
    {},
    'com.acme/a',
    '1.0.0',
    '2026-01-01T00:00:00Z',
    'active',
    'latest',
  );
}

/** Something like an item of a list. */
function oddItem(): fc.Arbitrary<JsonValue> {
  const server = fc.record({ name: odd(), version: odd(), description: odd() }, { requiredKeys: [] });
  const block = fc.record(
    { status: odd(), statusMessage: odd(), publishedAt: odd(), updatedAt: odd(), isLatest: odd() },
    { requiredKeys: [] },
  );
  const meta = fc.oneof(
    odd(),
    block.map((each) => ({ 'io.modelcontextprotocol.registry/official': each }) as JsonValue),
  );
  return fc.oneof(
    odd(),
    fc.record({ server: fc.oneof(odd(), server as fc.Arbitrary<JsonValue>), _meta: meta }) as fc.Arbitrary<JsonValue>,
  );
}
