import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { InspectionService } from '@rollcall/inspections';
import { DAY_MS, type JsonObject } from '@rollcall/kernel';
import { RegistryService } from '@rollcall/registry';
import {
  type ControlPlane,
  errorAnswer,
  GREET_TOOL,
  jsonAnswer,
  type McpServerBehaviour,
  neverAnswering,
  type OrganizationSeed,
  openControlPlane,
  type PersonSeed,
  type RunningMcpServer,
  type ServerVersionSeed,
  seed,
  startMcpServer,
  type TestTool,
} from '@rollcall/testing';
import { EvidenceReadModel, GoldenPermissionService, GoldenRunner, GoldenService, ProvenReadModel } from './index.js';

const WIPE: TestTool = {
  name: 'wipe',
  description: 'Wipes a ledger.',
  inputSchema: { type: 'object', properties: { id: { type: 'string' } } },
  handler: () => ({ content: [{ type: 'text', text: 'Wiped.' }] }),
};
const TOOLS = [GREET_TOOL, WIPE];
const GREETS = { name: 'greets', tool: 'greet', arguments: { name: 'Ada' } };
const WIPES = { name: 'wipes', tool: 'wipe', arguments: { id: 'ledger' } };

let plane: ControlPlane;
let acme: OrganizationSeed;
let owner: PersonSeed;
let reviewer: PersonSeed;
let version: ServerVersionSeed;
let count = 0;
const running: RunningMcpServer[] = [];

beforeAll(async () => {
  plane = await openControlPlane({ inspectionTimeoutMs: 2_000 });
});
afterAll(() => plane?.close());
afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
});
beforeEach(async () => {
  acme = await seed(plane).organization(`acme${++count}`);
  const team = await acme.team('payments');
  owner = await team.maintainer('owner');
  reviewer = await acme.reviewer('reviewer');
  version = await owner.publishes(`${team.namespace}/ledger`, '1.0.0');
});

const golden = () => plane.get(GoldenService);
const permissions = () => plane.get(GoldenPermissionService);
const server = () => ({ byName: version.name });
const declare = (calls: JsonObject[], who = owner) =>
  golden().declare(who.context(), { server: server(), document: { calls } });

/** Starts a server, has its contract seen, and says where it runs. */
async function serve(behaviour: McpServerBehaviour, environment = 'staging'): Promise<RunningMcpServer> {
  const one = await startMcpServer(behaviour);
  running.push(one);
  await plane.get(RegistryService).setEndpoint(acme.system(), {
    version: version.ref,
    environment,
    transport: 'streamable-http',
    url: one.url,
  });
  return one;
}

async function make(environment: string | null = null) {
  const id = await golden().request(owner.context(), { version: version.ref, environment });
  await plane.get(GoldenRunner).run(id);
  const run = await plane.prisma.goldenRun.findUniqueOrThrow({ where: { id } });
  const results = await plane.get(EvidenceReadModel).resultsOf(acme.id, [id]);
  return { run, results, outcomes: results.map(({ name, outcome }) => `${name} ${outcome}`) };
}

const callsOf = (one: RunningMcpServer) =>
  one.requests.map(({ body }) => body as JsonObject).filter((body) => body?.['method'] === 'tools/call');
const permit = (who: PersonSeed, more: object = {}) =>
  permissions().grant(who.context(), {
    version: version.ref,
    tool: 'wipe',
    reason: 'A ledger made for this.',
    expiresAt: new Date(plane.clock.now().getTime() + 30 * DAY_MS),
    ...more,
  });

describe('golden calls against a real server', () => {
  it.each(['modern', 'legacy', 'legacy-sse'] as const)('are made and judged: %s', async (speaks) => {
    const one = await serve({ speaks, tools: [GREET_TOOL] });
    await version.seen({ tools: [GREET_TOOL] });
    await declare([
      { ...GREETS, expect: { values: [{ at: '/content/0/text', equals: 'Hello, Ada!' }], maxLatencyMs: 5000 } },
      { ...GREETS, name: 'wrong', expect: { values: [{ at: '/content/0/text', equals: 'Bye.' }] } },
      { ...GREETS, name: 'unfit', arguments: { nobody: true } },
    ]);
    const { run, outcomes, results } = await make();
    expect(run).toMatchObject({ status: 'completed', outcome: 'healthy', passed: 1, failed: 2, refused: 0 });
    expect(outcomes).toEqual(['greets passed', 'wrong failed', 'unfit failed']);
    expect(results[0]).toMatchObject({
      resultDigest: expect.stringMatching(/^sha256:/),
      resultExcerpt: expect.any(String),
    });
    // arguments that do not fit are never sent, and nothing of ours rides along
    const sent = callsOf(one).map((body) => body['params'] as JsonObject);
    expect(sent.map((params) => params['arguments'])).toEqual([{ name: 'Ada' }, { name: 'Ada' }]);
    const meta = Object.keys((sent[0]?.['_meta'] ?? {}) as JsonObject);
    expect(meta.filter((key) => !key.startsWith('io.modelcontextprotocol/'))).toEqual([]);
  });

  it('are never made with a tool that is not marked read-only', async () => {
    const one = await serve({ tools: TOOLS });
    await version.seen({ tools: TOOLS });
    await declare([WIPES, GREETS]);
    const { run, outcomes, results } = await make();
    expect(outcomes).toEqual(['wipes refused', 'greets passed']);
    expect(results[0]?.reason).toContain('not marked read-only');
    expect(run).toMatchObject({ passed: 1, refused: 1 });
    expect(callsOf(one)).toHaveLength(1);
  });

  it('are not made when the endpoint claims that a tool is read-only and the contract does not', async () => {
    await version.seen({ tools: TOOLS });
    const one = await serve({ tools: [{ ...WIPE, annotations: { readOnlyHint: true } }] });
    await declare([WIPES]);
    expect((await make()).outcomes).toEqual(['wipes refused']);
    expect(callsOf(one)).toEqual([]);
  });

  it('are made with such a tool when a reviewer permitted these calls, until that is over', async () => {
    const contract = await sighted(TOOLS);
    const one = await serve({ tools: TOOLS });
    await declare([WIPES]);
    const { id } = await permit(reviewer);
    const { run, results } = await make();
    expect([run.passed, run.contractDigest, results[0]?.permissionId]).toEqual([1, contract, id]);
    const stranger = await (await acme.team('marketing')).maintainer('stranger');
    const message = expect.stringContaining(`permission "${id}"`);
    await expect(permissions().revoke(stranger.context(), id)).rejects.toMatchObject({ code: 'NOT_FOUND', message });
    await permissions().revoke(reviewer.context(), id);
    expect((await make()).outcomes).toEqual(['wipes refused']);
    await permit(reviewer);
    await declare([{ ...WIPES, arguments: { id: 'production' } }]);
    expect((await make()).outcomes).toEqual(['wipes refused']);
    expect(callsOf(one)).toHaveLength(1);
  });

  it('are permitted by a second person only, and only as they are declared', async () => {
    await sighted(TOOLS);
    await serve({ tools: TOOLS });
    await declare([WIPES]);
    const admin = await acme.admin('admin');
    await expect(permit(owner)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(permit(reviewer, { tool: 'greet' })).rejects.toMatchObject({ code: 'GOLDEN_PERMISSION_REFUSED' });
    for (const reason of [' ', 'x'.repeat(1_001)]) {
      await expect(permit(reviewer, { reason })).rejects.toMatchObject({ code: 'GOLDEN_PERMISSION_REFUSED' });
    }
    const far = new Date(plane.clock.now().getTime() + 400 * DAY_MS);
    await expect(permit(reviewer, { expiresAt: far })).rejects.toMatchObject({ code: 'GOLDEN_PERMISSION_REFUSED' });
    await declare([WIPES], admin);
    await expect(permit(admin)).rejects.toMatchObject({ message: 'You declared these calls yourself.' });
    await permit(reviewer);
    expect((await make()).outcomes).toEqual(['wipes passed']);
  });

  it('say what happened when a server misbehaves', async () => {
    await version.seen({ tools: [GREET_TOOL] });
    await declare([GREETS]);
    const asks = ({ id }: { id: never }) =>
      jsonAnswer(id, { resultType: 'input_required', inputRequests: {}, requestState: 'x' });
    const one = await serve({ tools: [GREET_TOOL], scripts: { 'tools/call': asks as never } });
    expect((await make()).outcomes).toEqual(['greets interactive']);
    expect(callsOf(one)).toHaveLength(1);
    await serve({ tools: [GREET_TOOL], scripts: { 'tools/call': ({ id }) => errorAnswer(id, -32602, 'No\u0000.') } });
    expect((await make()).results[0]).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('-32602') });
    const huge = ({ id }: { id: never }) =>
      jsonAnswer(id, { content: [{ type: 'text', text: 'x'.repeat(1_100_000) }] });
    await serve({ tools: [GREET_TOOL], scripts: { 'tools/call': huge as never } });
    expect((await make()).results[0]).toMatchObject({ outcome: 'failed', resultExcerpt: null });
  });

  it('end although a server never answers a call', async () => {
    await version.seen({ tools: [GREET_TOOL] });
    await declare([
      { ...GREETS, expect: { maxLatencyMs: 100 } },
      { ...GREETS, name: 'again' },
    ]);
    async function* silence(): AsyncGenerator<string> {
      yield ' ';
      await neverAnswering().hold;
    }
    const slow = ({ id, call }: { id: never; call: number }) =>
      call === 1
        ? { headers: { 'content-type': 'application/json' }, body: silence() }
        : jsonAnswer(id, { content: [] });
    await serve({ tools: [GREET_TOOL], scripts: { 'tools/call': slow as never } });
    expect((await make()).outcomes).toEqual(['greets failed', 'again passed']);
  });

  it('are made in an environment of the kind staging and nowhere else', async () => {
    const one = await serve({ tools: [GREET_TOOL] }, 'production');
    await version.seen({ tools: [GREET_TOOL] });
    await declare([GREETS]);
    await expect(make('production')).rejects.toMatchObject({ code: 'NOT_A_STAGING_ENVIRONMENT' });
    await expect(make()).rejects.toMatchObject({ code: 'NO_STAGING_ENDPOINT' });
    await serve({ tools: [GREET_TOOL] });
    const id = await golden().request(owner.context(), { version: version.ref });
    await plane.prisma.goldenRun.update({
      where: { id },
      data: { environmentId: acme.environment('production').id },
    });
    await plane.get(GoldenRunner).run(id);
    expect(await plane.prisma.goldenRun.findUniqueOrThrow({ where: { id } })).toMatchObject({
      status: 'failed',
      refused: 1,
    });
    expect(one.requests).toEqual([]);
  });

  it('count as evidence only for what is approved and declared now', async () => {
    const contract = await sighted([GREET_TOOL]);
    const subject = { id: version.id, organizationId: acme.id, serverId: (await version.row()).serverId };
    const staging = [acme.environment('staging').id];
    const proven = (approvedContractDigest: string | null = contract) =>
      plane.get(ProvenReadModel).goldenCalls({ ...subject, approvedContractDigest }, staging);
    await serve({ tools: [GREET_TOOL] });
    await declare([GREETS]);
    expect(await proven()).toBeNull();
    await make();
    expect(await proven()).toMatchObject({ total: 1, failed: 0 });
    expect([await proven('sha256:other'), await proven(null)]).toEqual([null, null]);
    await declare([GREETS, WIPES]);
    expect(await proven()).toBeNull();
    await make();
    expect(await proven()).toMatchObject({ total: 2, failed: 1, notMade: 1 });
    await plane.get(RegistryService).setEndpoint(acme.system(), {
      version: version.ref,
      environment: 'staging',
      transport: 'streamable-http',
      url: 'http://127.0.0.1:9/mcp',
    });
    await make();
    expect(await proven()).toMatchObject({ total: 2, failed: 2 });
  });

  it('are recorded once, audited, and seen by those who see the version', async () => {
    await serve({ tools: [GREET_TOOL] });
    await version.seen({ tools: [GREET_TOOL] });
    await declare([GREETS]);
    const id = await golden().request(owner.context(), { version: version.ref });
    const runner = plane.get(GoldenRunner);
    await Promise.all([runner.run(id), runner.run(id)]);
    await runner.run(id);
    expect(await plane.prisma.goldenResult.count({ where: { runId: id } })).toBe(1);
    const lines = { organizationId: acme.id, action: 'version.golden_run' };
    expect(await plane.prisma.auditEvent.count({ where: lines })).toBe(1);
    const stranger = await acme.nobody('stranger');
    const reads = plane.get(EvidenceReadModel);
    await expect(reads.goldenRun(stranger.context(), id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(declare([GREETS], await acme.auditor('aud'))).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});

/** What a real inspection of these tools sees is the contract of the version. */
async function sighted(tools: TestTool[]): Promise<string> {
  await serve({ tools });
  const inspections = plane.get(InspectionService);
  const id = await inspections.request(owner.context(), { version: version.ref, environment: 'staging' });
  await inspections.run(id);
  return (await version.row()).contractDigest ?? '';
}
