import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '@rollcall/kernel';
import fc from 'fast-check';
import {
  isExactVersion,
  type ManifestIssue,
  manifestDigest,
  parseManifest,
  reviewManifest,
  SCHEMA_DATES,
} from './index.js';

const schemaUrl = (date: string) => `https://static.modelcontextprotocol.io/schemas/${date}/server.schema.json`;

const VALID: JsonObject = {
  $schema: schemaUrl('2025-12-11'),
  name: 'com.example/weather',
  title: 'Weather',
  description: 'Forecasts for places.',
  version: '1.2.3',
  websiteUrl: 'https://example.com/weather',
  repository: { url: 'https://git.example.com/team/weather', source: 'github', subfolder: 'servers/weather' },
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
      transport: { type: 'streamable-http', url: 'http://127.0.0.1:{port}/mcp' },
      packageArguments: [{ type: 'named', name: '--port', value: '8080' }],
      environmentVariables: [{ name: 'WEATHER_KEY', isSecret: true }],
    },
  ],
  'x-unknown': { kept: [1, 2] },
};

const issuesOf = (change: JsonObject): ManifestIssue[] => reviewManifest({ ...VALID, ...change }).issues;
const pathsOf = (change: JsonObject) => issuesOf(change).map((issue) => issue.path);

describe('a valid manifest', () => {
  it('becomes a typed view that keeps the whole document, unknown members included', () => {
    const parsed = parseManifest(JSON.stringify(VALID));
    expect(parsed).toMatchObject({
      ok: true,
      value: {
        schemaDate: '2025-12-11',
        name: 'com.example/weather',
        namespace: 'com.example',
        version: '1.2.3',
        title: 'Weather',
        repository: { id: null, subfolder: 'servers/weather' },
        remotes: [{ type: 'streamable-http', headers: [{ name: 'X-Key' }] }],
        packages: [{ registryType: 'npm', transport: { type: 'streamable-http' } }],
      },
    });
    expect(parsed.ok && parsed.value.document).toEqual(VALID);
  });

  it('has one digest however its keys are ordered, and another when anything is changed', () => {
    const digestOf = (document: JsonObject) => {
      const parsed = parseManifest(document);
      return parsed.ok ? manifestDigest(parsed.value) : null;
    };
    const reversed = Object.fromEntries(Object.entries(VALID).reverse());
    expect(digestOf(VALID)).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(digestOf(reversed)).toBe(digestOf(VALID));
    expect(digestOf({ ...VALID, 'x-unknown': { kept: [2, 1] } })).not.toBe(digestOf(VALID));
  });

  it('is read the same when it is spelled as in the first release, and keeps that spelling', () => {
    const oldest: JsonObject = {
      ...VALID,
      $schema: schemaUrl('2025-07-09'),
      packages: [
        {
          registry_type: 'npm',
          identifier: '@example/weather',
          version: '1.2.3',
          transport: { type: 'stdio' },
          environment_variables: [{ name: 'registry_type', is_required: true }],
        },
      ],
    };
    const { manifest } = reviewManifest(oldest);
    expect(manifest?.packages).toMatchObject([
      { registryType: 'npm', definition: { environmentVariables: [{ name: 'registry_type' }] } },
    ]);
    expect(manifest?.document).toEqual(oldest);
  });

  it.each(SCHEMA_DATES.slice(1))(
    'is accepted under the schema of %s, with a warning when that is not current',
    (date) => {
      const { manifest, issues } = reviewManifest({ ...VALID, $schema: schemaUrl(date) });
      expect(manifest?.schemaDate).toBe(date);
      expect(issues.map((issue) => issue.severity)).toEqual(date === '2025-12-11' ? [] : ['warning']);
    },
  );

  it.each(SCHEMA_DATES.slice(1))('is judged by the schema of %s it names', (date) => {
    const review = reviewManifest({ ...VALID, $schema: schemaUrl(date), version: undefined as never, description: '' });
    const errors = review.issues.filter((issue) => issue.severity === 'error');
    expect(errors.map((issue) => issue.path).sort()).toEqual(['description', 'version']);
  });

  it('may use plain http on loopback hosts only', () => {
    for (const host of ['localhost:8080', '127.0.0.1', '[::1]:9000', 'demo.localhost']) {
      expect(issuesOf({ remotes: [{ type: 'streamable-http', url: `http://${host}/mcp` }] })).toEqual([]);
    }
    for (const host of ['example.com', '10.0.0.1', 'localhost.example.com', '127.0.0.1.example.com']) {
      expect(pathsOf({ remotes: [{ type: 'streamable-http', url: `http://${host}/mcp` }] })).toEqual([
        'remotes[0].url',
      ]);
    }
  });
});

describe('an invalid manifest', () => {
  it('reports every problem at once, each with its kind and place', () => {
    const issues = issuesOf({
      name: 'com.example/weather/extra',
      version: '^1.0.0',
      websiteUrl: 'http://example.com',
      description: 'x'.repeat(101),
      remotes: [{ type: 'sse', url: 'https://{tenant}.example.com/sse' }],
    });
    expect(issues.map(({ type, path }) => `${type} ${path}`).sort()).toEqual([
      'schema description',
      'schema name',
      'semantic name',
      'semantic remotes[0].url',
      'semantic version',
      'semantic websiteUrl',
    ]);
  });

  it('speaks only of the transport that was meant', () => {
    const issues = issuesOf({ remotes: [{ type: 'sse', url: 'ftp://example.com' }] });
    expect(issues.filter((issue) => issue.type === 'schema').map((issue) => issue.path)).toEqual(['remotes[0].url']);
  });

  it('lists the transports there are when the type is unknown', () => {
    const issues = issuesOf({ remotes: [{ type: 'carrier-pigeon', url: 'https://example.com' }] });
    expect(issues).toHaveLength(1);
    expect(issues[0]).toMatchObject({ type: 'schema', path: 'remotes[0].type' });
    expect(issues[0]?.message).toMatch(/streamable-http.*sse|sse.*streamable-http/);
  });

  it.each([
    ['a missing schema', { $schema: undefined as never }, '$schema'],
    ['an unknown schema date', { $schema: schemaUrl('2024-01-01') }, '$schema'],
    ['a name that ends with a dot', { name: 'com.example/weather.' }, 'name'],
    ['a one-letter namespace', { name: 'c/weather' }, 'name'],
    ['the alias latest', { version: 'latest' }, 'version'],
    ['an empty version', { version: '' }, 'version'],
    ['a title of white space', { title: '   ' }, 'title'],
    ['a repository that is no URL', { repository: { url: 'weather', source: 'github' } }, 'repository.url'],
    [
      'a subfolder that climbs',
      { repository: { url: 'https://g.example.com/a/b', source: 'x', subfolder: '../c' } },
      'repository.subfolder',
    ],
    ['credentials in a remote URL', { remotes: [{ type: 'sse', url: 'https://u:p@example.com/' }] }, 'remotes[0].url'],
    ['an icon over http', { icons: [{ src: 'http://example.com/i.png' }] }, 'icons[0].src'],
  ] as [string, JsonObject, string][])('refuses %s', (_what, change, path) => {
    const { manifest, issues } = reviewManifest({ ...VALID, ...change });
    expect(manifest).toBeNull();
    expect(issues.map((issue) => issue.path)).toContain(path);
  });

  it.each([
    ['a version range', { version: '>=1.0.0' }, 'packages[0].version'],
    ['a URL on stdio', { transport: { type: 'stdio', url: 'https://example.com' } }, 'packages[0].transport.url'],
    [
      'an unknown placeholder',
      { transport: { type: 'sse', url: 'http://localhost:{nope}/sse' } },
      'packages[0].transport.url',
    ],
    ['white space in an identifier', { identifier: 'a b' }, 'packages[0].identifier'],
    [
      'a value that repeats the argument',
      { packageArguments: [{ type: 'named', name: '--port', value: '--port=1' }] },
      'packages[0].packageArguments[0].value',
    ],
  ] as [string, JsonObject, string][])('refuses a package with %s', (_what, change, path) => {
    const [pack] = VALID['packages'] as JsonObject[];
    expect(pathsOf({ packages: [{ ...pack, ...change }] })).toContain(path);
  });

  it('refuses what is not strict JSON, not an object, too large or too deep', () => {
    const texts = [
      '{"name":',
      '[]',
      '"text"',
      '{"name":"a","name":"b"}',
      `{"a":"${'x'.repeat(300_000)}"}`,
      '['.repeat(100),
    ];
    for (const text of texts) {
      const parsed = parseManifest(text);
      expect(parsed).toMatchObject({ ok: false, error: [{ type: 'json', severity: 'error' }] });
    }
  });

  it('answers every JSON value with a verdict', () => {
    const member = fc.constantFrom(...Object.keys(VALID));
    fc.assert(
      fc.property(member, fc.jsonValue({ maxDepth: 4 }), (key, value) => {
        const { manifest, issues } = reviewManifest({ ...VALID, [key]: value as JsonObject });
        expect(manifest === null).toBe(issues.some((issue) => issue.severity === 'error'));
      }),
      { numRuns: 300 },
    );
  });

  it('stays small for a manifest made of mistakes', () => {
    for (const count of [1_900, 15_000]) {
      const started = performance.now();
      const remotes = Array.from({ length: count }, () => ({ type: 'sse' }));
      const { manifest, issues } = reviewManifest({ ...VALID, remotes });
      expect(manifest).toBeNull();
      expect(issues.length).toBeLessThanOrEqual(201);
      expect(performance.now() - started).toBeLessThan(1_500);
    }
  });
});

describe('exact versions', () => {
  it.each(['1.0.0', '1.0.0-alpha.x', 'v2', '2025.11.25', 'release-7', '1.0.0+build', 'x1', '1.0-rc - final'])(
    'accepts %s',
    (version) => expect(isExactVersion(version)).toBe(true),
  );
  it.each(['latest', '^1.2.3', '~1', '>=1.0', '<2', '=1.0.0', '1.x', '1.*', '*', '1.2.X', '1.0 - 2.0', '1 || 2'])(
    'refuses %s',
    (version) => expect(isExactVersion(version)).toBe(false),
  );
});
