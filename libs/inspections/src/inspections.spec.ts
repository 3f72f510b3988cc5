import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RegistryService } from '@rollcall/registry';
import {
  type ControlPlane,
  failingList,
  type McpServerBehaviour,
  malformedList,
  neverAnswering,
  type OrganizationSeed,
  openControlPlane,
  type PersonSeed,
  type RunningMcpServer,
  type ServerVersionSeed,
  seed,
  startMcpServer,
  startWebSocketServer,
} from '@rollcall/testing';
import { InspectionPolicy, InspectionReadModel, InspectionService, resolveTarget } from './index.js';

let plane: ControlPlane;
let acme: OrganizationSeed;
let ci: PersonSeed;
let version: ServerVersionSeed;
let count = 0;

beforeAll(async () => {
  plane = await openControlPlane({ inspectionTimeoutMs: 1_500 });
});
afterAll(() => plane?.close());

beforeEach(async () => {
  acme = await seed(plane).organization(`acme${++count}`);
  const payments = await acme.team('payments');
  ci = await payments.developer('ci');
  version = await ci.publishes(`${payments.namespace}/ledger`, '1.0.0');
});

const service = () => plane.get(InspectionService);
const request = (who = ci, environment?: string) =>
  service().request(who.context(), { version: version.ref, environment: environment ?? null });
const stored = (id: string) => plane.prisma.inspection.findUniqueOrThrow({ where: { id } });
const auditLines = (id: string) =>
  plane.prisma.auditEvent.count({ where: { organizationId: acme.id, data: { path: ['inspection'], equals: id } } });

async function runsAt(url: string, environment = 'staging'): Promise<void> {
  const endpoint = { version: version.ref, environment, transport: 'streamable-http' as const, url };
  await plane.get(RegistryService).setEndpoint(acme.system(), endpoint);
}

const running: RunningMcpServer[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
});

async function start(behaviour: McpServerBehaviour = {}): Promise<RunningMcpServer> {
  const server = await startMcpServer(behaviour);
  running.push(server);
  return server;
}

async function inspect(behaviour: McpServerBehaviour) {
  await runsAt((await start(behaviour)).url);
  const id = await request(ci, 'staging');
  await service().run(id);
  return stored(id);
}

describe('an inspection of a real server', () => {
  it.each<[string, McpServerBehaviour, object]>([
    [
      'a modern one',
      {},
      {
        outcome: 'healthy',
        era: 'modern',
        unauthenticatedAccessRefused: false,
        launch: { transport: 'streamable-http', credential: 'none' },
        issues: [expect.objectContaining({ code: 'OPEN_WITHOUT_CREDENTIALS', severity: 'error' })],
      },
    ],
    ['a legacy one', { speaks: 'legacy' }, { outcome: 'healthy', era: 'legacy', transport: 'streamable-http' }],
    [
      'one that needs a token',
      { auth: { token: 'x', challenge: 'rfc9728' } },
      {
        outcome: 'auth_required',
        contractDigest: null,
        unauthenticatedAccessRefused: true,
        resourceMetadata: 'valid',
        issues: [],
      },
    ],
    ['one that forbids', { forbidden: true }, { outcome: 'forbidden', unauthenticatedAccessRefused: true }],
    ['one with a broken tool', malformedList('no-input-schema'), { status: 'completed' }],
    ['one that fails to list', failingList(), { contractDigest: null, unauthenticatedAccessRefused: false }],
    ['one that never answers', neverAnswering(), { outcome: 'timeout', contractDigest: null }],
  ])('records what it saw: %s', async (_name, behaviour, expected) => {
    const row = await inspect(behaviour);
    expect(row).toMatchObject({ status: 'completed', ...expected });
    expect(row.outcome).not.toBeNull();
    expect(row.finishedAt).not.toBeNull();
    const { contractDigest } = await version.row();
    expect(contractDigest).toBe(row.contractDigest);
  });

  it('reaches an endpoint over a WebSocket', async () => {
    const server = await startWebSocketServer();
    const endpoint = { version: version.ref, environment: 'staging', transport: 'websocket' as const, url: server.url };
    await plane.get(RegistryService).setEndpoint(acme.system(), endpoint);
    const id = await request(ci, 'staging');
    await service().run(id);
    await server.close();
    expect(await stored(id)).toMatchObject({ outcome: 'healthy', transport: 'websocket', era: 'modern' });
    // the first visit presented no credential: it answers the question about the door as well
    expect(server.upgrades).toHaveLength(1);
  });

  it('dials a Unix socket that the operator named, and nothing else in its place', () => {
    const endpoints = [{ environmentId: 'e', transport: 'stdio', url: null, launcher: 'local' }];
    const policy = new InspectionPolicy({ allowPrivate: [] }, { local: { socketPath: '/run/mcp.sock', path: '/mcp' } });
    const target = resolveTarget({ manifest: {}, endpoints }, 'e', policy);
    expect(target).toEqual({ transport: 'unix', socketPath: '/run/mcp.sock', path: '/mcp' });
  });

  it('never takes a broken tool into a contract, and names it', async () => {
    const row = await inspect(malformedList('null-description'));
    expect(row.outcome).not.toBe('healthy');
    expect((row.issues as unknown[]).length).toBeGreaterThan(0);
  });

  it('tells what follows from it, in the outbox and in the audit log', async () => {
    const row = await inspect({});
    const events = await plane.prisma.outboxEvent.findMany({
      where: { organizationId: acme.id, topic: 'inspection.finished' },
    });
    expect(events.map((one) => one.payload)).toEqual([
      { inspectionId: row.id, versionId: version.id, purpose: 'request', requestedBy: ci.id },
    ]);
    expect(await auditLines(row.id)).toBe(1);
  });

  it('is recorded once, however often and however concurrently it runs', async () => {
    const server = await start();
    await runsAt(server.url);
    const id = await request(ci, 'staging');
    await Promise.all([service().run(id), service().run(id), service().run(id)]);
    const first = await stored(id);
    await service().run(id);
    expect(await stored(id)).toEqual(first);
    expect(await auditLines(id)).toBe(1);
  });

  it('is refused, not failed, when there is nothing to connect to or no consent to start it', async () => {
    const nothing = await request();
    await service().run(nothing);
    await service().run(nothing);
    expect(await stored(nothing)).toMatchObject({
      status: 'failed',
      outcome: 'refused_by_policy',
      issues: [{ code: 'NO_TARGET' }],
    });
    expect(await auditLines(nothing)).toBe(1);
    const endpoint = { version: version.ref, environment: 'staging', transport: 'stdio' as const, launcher: 'rm' };
    await plane.get(RegistryService).setEndpoint(ci.context(), endpoint);
    const stdio = await request(ci, 'staging');
    await service().run(stdio);
    expect(await stored(stdio)).toMatchObject({ issues: [{ code: 'LAUNCHER_UNKNOWN' }] });
  });

  it('does not fall back to the manifest when an environment was named', async () => {
    const server = await start();
    await runsAt(server.url, 'production');
    const id = await request(ci, 'staging');
    await service().run(id);
    expect(await stored(id)).toMatchObject({ issues: [{ code: 'NO_TARGET' }] });
    expect(server.requests).toEqual([]);
  });
});

describe('an inspection', () => {
  it('is asked for by those who may, and seen by those who see the version', async () => {
    const oscar = await (await acme.team('marketing')).maintainer('oscar');
    await expect(request(oscar)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(request(await acme.auditor('aud'))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    const id = await request();
    const reads = plane.get(InspectionReadModel);
    expect(await reads.byId(ci.context(), id)).toMatchObject({ status: 'queued' });
    await expect(reads.byId(oscar.context(), id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const mallory = await (await seed(plane).organization(`other${count}`)).admin('mallory');
    await expect(reads.byId(mallory.context(), id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('follows a publish once, and an endpoint once while one waits', async () => {
    await service().followPublish(version.id);
    await service().followPublish(version.id);
    const { id } = acme.environment('staging');
    await service().followEndpoint(version.id, id);
    await service().followEndpoint(version.id, id);
    const rows = await plane.prisma.inspection.findMany({ where: { versionId: version.id } });
    expect(rows.map((one) => one.purpose).sort()).toEqual(['endpoint', 'publish']);
  });

  it('of one version does not push those of another out of the newest twenty', async () => {
    const next = await ci.publishes(version.name, '1.1.0');
    await version.seen();
    for (let n = 0; n < 25; n++) await next.seen();
    const versions = [version.id, next.id];
    const rows = await plane.get(InspectionReadModel).ofVersions(acme.id, versions);
    expect(rows.filter((one) => one.versionId === version.id)).toHaveLength(1);
    expect(rows.filter((one) => one.versionId === next.id)).toHaveLength(20);
    expect(rows[0]?.versionId).toBe(next.id);
    const other = await seed(plane).organization(`other${count}`);
    expect(await plane.get(InspectionReadModel).ofVersions(other.id, versions)).toEqual([]);
  });
});
