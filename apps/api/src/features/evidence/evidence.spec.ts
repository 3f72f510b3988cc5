import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RegistryService } from '@rollcall/registry';
import { GREET_TOOL, type OrganizationSeed, type ServerVersionSeed, seed } from '@rollcall/testing';
import { type RunningApi, startApi } from '../../../test/running-api.js';

let api: RunningApi;
let acme: OrganizationSeed;
let version: ServerVersionSeed;
let owner: string;
let reviewer: string;

beforeAll(async () => {
  api = await startApi();
  acme = await seed(api).organization('acme');
  const payments = await acme.team('payments');
  const olivia = await payments.maintainer('olivia');
  owner = await olivia.token();
  reviewer = await (await acme.reviewer('riley')).token();
  version = await olivia.publishes(`${payments.namespace}/ledger`, '1.0.0');
  await version.seen({ tools: [GREET_TOOL] });
  const endpoint = {
    environment: 'staging',
    transport: 'streamable-http' as const,
    url: 'https://ledger.example.com/mcp',
  };
  await api.get(RegistryService).setEndpoint(acme.system(), { version: version.ref, ...endpoint });
});
afterAll(() => api?.close());

const ask = async (token: string, query: string, variables: object = {}) => {
  const { data, errors } = await api.query(token, query, variables);
  return { data: data as Record<string, never> | null, codes: (errors ?? []).map((one) => one.extensions.code) };
};
const named = () => ({ byName: version.name });

describe('evidence over GraphQL', () => {
  it('is declared, gathered and shown on server and version', async () => {
    const SET =
      'mutation($input: GoldenCallsSetInput!) { goldenCallsSet(input: $input) { goldenCalls { revision } errors { code path details } } }';
    const call = { name: 'greets', tool: 'greet', arguments: { name: 'Ada' } };
    const bad = await ask(owner, SET, { input: { server: named(), document: { calls: [{ ...call, tool: 1 }] } } });
    expect(bad.data).toMatchObject({ goldenCallsSet: { errors: [{ code: 'GOLDEN_CALLS_INVALID' }] } });
    const set = await ask(owner, SET, { input: { server: named(), document: { calls: [call] } } });
    expect(set.data).toMatchObject({ goldenCallsSet: { goldenCalls: { revision: 1 }, errors: [] } });
    const RUN =
      'mutation($input: GoldenRunInput!) { goldenRun(input: $input) { run { id status environment results { name } } errors { code } } }';
    const asked = await ask(owner, RUN, { input: { version: { byId: version.id } } });
    expect(asked.data).toMatchObject({ goldenRun: { run: { status: 'queued', environment: 'staging', results: [] } } });
    const { id } = await api.prisma.goldenRun.findFirstOrThrow({ where: { versionId: version.id } });
    // calls are made by the worker and not here
    await api.prisma.goldenRun.update({ where: { id }, data: { status: 'completed', passed: 1, era: 'modern' } });
    const result = { organizationId: acme.id, name: 'greets', tool: 'greet', outcome: 'passed' };
    await api.prisma.goldenResult.create({ data: { runId: id, position: 0, ...result } });
    const OBJECTIVE =
      'mutation($input: ServerObjectiveSetInput!) { serverObjectiveSet(input: $input) { objective { windowDays setBy } errors { code path } } }';
    const objective = (availability: number) =>
      ask(owner, OBJECTIVE, { input: { server: named(), availability, latencyP95Ms: 500 } });
    expect((await objective(100)).data).toMatchObject({
      serverObjectiveSet: { errors: [{ code: 'OBJECTIVE_INVALID' }] },
    });
    expect((await objective(99.5)).data).toMatchObject({
      serverObjectiveSet: { objective: { windowDays: 30, setBy: 'olivia' } },
    });
    const shown = await ask(
      reviewer,
      `query($ref: VersionRef!) { version(ref: $ref) {
      goldenRuns { passed era results { name outcome resultExcerpt } } conformanceRuns { id }
      server { goldenCalls { revision declaredBy } goldenPermissions { id } objective { availability latencyP95Ms } } } }`,
      {
        ref: { byId: version.id },
      },
    );
    expect(shown).toMatchObject({
      codes: [],
      data: {
        version: {
          goldenRuns: [{ passed: 1, era: 'modern', results: [{ name: 'greets', outcome: 'passed' }] }],
          conformanceRuns: [],
          server: {
            goldenCalls: { revision: 1, declaredBy: 'olivia' },
            goldenPermissions: [],
            objective: { availability: 99.5, latencyP95Ms: 500 },
          },
        },
      },
    });
  });
});
