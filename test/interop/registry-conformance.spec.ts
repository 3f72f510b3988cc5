import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CaseOutcome, type ConformanceReport, type Fetch, runConformance } from '@rollcall/conformance';
import { CatalogueKeys } from '@rollcall/registry';
import { type OrganizationSeed, type PersonSeed, seed, type TeamSeed } from '@rollcall/testing';
import { type RunningApi, startApi } from '../../apps/api/test/running-api.js';

describe('our own registry API', () => {
  let api: RunningApi;
  let acme: OrganizationSeed;
  let team: TeamSeed;
  let ci: PersonSeed;

  beforeAll(async () => {
    api = await startApi();
    acme = await seed(api).organization('acme', { publication: 'direct' });
    team = await acme.team('tools');
    ci = await team.developer('ci');
    for (const [name, version] of VERSIONS) {
      const server = {
        ...DOCUMENT,
        name: `${team.namespace}/${name}`,
        version,
        description: `Works with the ${name}.`,
      };
      const body = JSON.stringify(server);
      const headers = { 'content-type': 'application/json' };
      const answer = await timed(`${api.url}/v0.1/publish`, {
        method: 'POST',
        headers: { ...headers, authorization: `Bearer ${await ci.token()}` },
        body,
      });
      expect([answer.status, await answer.text()]).toEqual([200, expect.any(String)]);
    }
  });
  afterAll(() => api?.close());

  /** Every request happens a second later, so that times tell things apart. */
  const timed: Fetch = (url, init) => {
    api.clock.advance(1000);
    return fetch(url, init);
  };
  const run = (base: string, more: Partial<Parameters<typeof runConformance>[0]> = {}) =>
    runConformance({
      registry: `${api.url}${base}`,
      fetch: timed,
      pause: async () => undefined,
      userAgent: 'rollcall-conformance-spec',
      ...more,
    });

  it('conforms where nobody needs a token, without a warning', async () => {
    const key = await api.get(CatalogueKeys).rotate((await acme.admin('ada')).context());
    const report = await run(`/catalogue/${key}`);
    expect(of(report, 'fail')).toEqual([]);
    expect(of(report, 'warn')).toEqual([]);
    expect(report.conclusion).toBe('conformant');
    const skipped = of(report, 'skipped').filter((line) => !/No credentials for writing/.test(line));
    // The shared catalogue is for reading alone: what validates and publishes is at the organization's own address.
    expect(skipped.map((line) => line.split(' ')[0])).toEqual([
      'vscode.https',
      'operational.version',
      'operational.validate-valid',
      'operational.validate-invalid',
    ]);
  });

  it('conforms for those who publish; only clients without a token are warned about', async () => {
    const token = await ci.token();
    const writing = { token, namespace: team.namespace, runId: 'r1' };
    const report = await run('/o/acme', { token, writing });
    expect(of(report, 'fail')).toEqual([]);
    expect(of(report, 'warn').map((line) => line.split(' ')[0])).toEqual([
      'copilot.anonymous',
      'copilot.list',
      'copilot.unknown-is-404',
    ]);
    expect(of(report, 'skipped').map((line) => line.split(' ')[0])).toEqual(['vscode.https']);
  }, 120_000);
});

const VERSIONS: [name: string, version: string][] = [
  ['calendar', '1.0.0'],
  ['calendar', '1.10.0'],
  ['calendar', '1.9.0'],
  ['ledger_book', '0.1.0'],
  ['ledger', '0.1.0'],
  ['search', '2024.1'],
];

const DOCUMENT = { $schema: 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json' };

/** What ended so, one line each, with the reason: a failing expectation tells all. */
function of({ results }: ConformanceReport, outcome: CaseOutcome): string[] {
  return results
    .filter((result) => result.outcome === outcome)
    .map(
      ({ id, reason, evidence }) =>
        `${id} ${reason} [${evidence.at(-1)?.request ?? ''}: ${evidence.at(-1)?.status ?? ''} ${evidence.at(-1)?.excerpt.slice(0, 160) ?? ''}]`,
    );
}
