import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { type RunningMcpServer, startMcpServer } from '@rollcall/testing';
import pg from 'pg';
import { eventually } from '../child-processes.js';
import { Installation } from '../installation.js';
import { type Receiver, startReceiver } from '../webhook-receiver.server.js';
import { killAgainAndAgain, seededRandom } from './chaos.js';
import { ENDING, writeDueVersions } from './due-versions.js';
import { type Acknowledged, Publisher } from './publisher.js';
import * as verdict from './verdict.js';

jest.setTimeout(300_000);

const CHAOS_MS = 25_000;
const DUE = 30;
/** The moments of death are chosen anew in every run; the seed of a run chooses them again. */
const SEED = Number(process.env['ROLLCALL_TEST_CRASH_SEED'] ?? Date.now() % 1_000_000);

describe(`api and worker are killed again and again (ROLLCALL_TEST_CRASH_SEED=${SEED})`, () => {
  const installation = new Installation();
  let database: pg.Client;
  let receiver: Receiver;
  const servers: RunningMcpServer[] = [];
  const acknowledged: Acknowledged[] = [];
  let versions: verdict.Recorded[] = [];

  beforeAll(async () => {
    receiver = await startReceiver();
    servers.push(await startMcpServer(), await startMcpServer());
    await installation.start();
    database = new pg.Client({ connectionString: installation.databaseUrl });
    await database.connect();
    await installation.done('admin', 'namespaces', 'claim', 'com.acme.payments', '--team', 'payments');
    const policy = installation.file('policy.json', { publication: 'direct', deprecationMinimumDays: 0 });
    await installation.done('admin', 'policy', 'set', policy, '--reason', 'Many hands.');
    const webhook = await installation.done('admin', 'webhooks', 'create', receiver.url);
    receiver.secret = String(webhook['secret']);
    await reportAsGateway(installation);
    await writeDueVersions(database, DUE, CHAOS_MS);
  }, 120_000);

  afterAll(async () => {
    await database?.end();
    await installation.stop();
    await receiver?.close();
    for (const server of servers) await server.close();
  }, 60_000);

  it('goes on publishing, moving and ending versions', async () => {
    let running = true;
    const goesOn = () => running;
    const [one, two, three, four] = (['one', 'two', 'three', 'four'] as const).map(
      (name) => new Publisher(installation, 'com.acme.payments', name),
    ) as [Publisher, Publisher, Publisher, Publisher];
    const killed = killAgainAndAgain(installation, seededRandom(SEED), CHAOS_MS).finally(() => {
      running = false;
    });
    const urls = servers.map((server) => server.url);
    // all come to their end before any failure is told: nothing may go on in the background
    const ends = await Promise.allSettled([
      killed,
      ...[one, two].map((publisher, at) => publisher.governs(urls[at] ?? '', goesOn)),
      ...[three, four].map((publisher) => publisher.lists(goesOn)),
    ]);
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    for (const publisher of [one, two, three, four]) acknowledged.push(...publisher.acknowledged);
    const { api, worker } = await killed;
    expect(Math.min(api, worker)).toBeGreaterThan(1);
    for (const track of ['governed', 'listed']) expect(acknowledged.some((one) => one.track === track)).toBe(true);
  });

  it('leaves nothing waiting: outbox, deliveries, ends that are due', async () => {
    await eventually(
      () => verdict.waiting(database),
      (now) => now?.events === 0 && now.deliveries === 0 && now.due === 0,
      120_000,
    );
    expect(await verdict.waiting(database)).toMatchObject({ dead: 0 });
    versions = await verdict.recorded(database);
  });

  it('has everything that was acknowledged, as the last answer said', () => {
    const found = new Map(versions.map((one) => [`${one.server}@${one.version}`, one]));
    const lost = acknowledged.filter((one) => {
      const row = found.get(`${one.server}@${one.version}`);
      return row?.state !== one.state || row.track !== one.track;
    });
    expect(lost).toEqual([]);
    // whoever published repeated it until it was acknowledged: nothing else may be there
    expect(versions.length).toBe(acknowledged.length + DUE);
  });

  it('took no step twice, none that the lifecycle does not have, and ended each version once', () => {
    expect(verdict.brokenChains(versions)).toEqual([]);
    const ends = versions.filter((one) => one.server === ENDING).map((one) => one.steps.at(-1));
    expect(ends).toHaveLength(DUE);
    for (const end of ends) expect(end).toMatchObject({ to: 'decommissioned', handle: 'rollcall' });
  });

  it('shows exactly one latest version of each server', async () => {
    expect(await verdict.wrongLatest(database)).toEqual([]);
  });

  it('has an audit chain that holds, with each change on it once', async () => {
    const { chain, missing } = await verdict.auditVerdict(database, versions);
    expect(chain).toMatchObject({ ok: true });
    expect(missing).toEqual([]);
  });

  it('announced each change once, and every receiver heard of it', async () => {
    expect(await verdict.announcements(database, versions)).toEqual([]);
    const { rows } = await database.query<{ id: string }>('SELECT event_id AS id FROM webhook_deliveries');
    const heard = new Set(receiver.received.map((event) => event.id));
    expect(rows.filter(({ id }) => !heard.has(id))).toEqual([]);
    const published = receiver.received.filter((event) => event.type === 'dev.rollcall.version.published.v1');
    expect(published.map((event) => event.subject).sort()).toEqual(
      acknowledged.map((one) => `${one.server}@${one.version}`).sort(),
    );
    expect(receiver.refused).toBe(0);
  });

  it('serves a policy that verifies', async () => {
    const dir = path.join(installation.dir, 'pulled');
    await installation.done('admin', 'bundle', 'pull', '--environment', 'production', '-o', dir);
    const audience = ['--organization', 'acme', '--environment', 'production'];
    const root = ['--root', installation.rootFile];
    const verified = await installation.json(null, 'bundle', 'verify', '--dir', dir, ...root, ...audience);
    expect([verified.exit, verified.error]).toEqual([0, null]);
  });
});

/** A gateway that has spoken lately and saw no call: without it nobody knows whether a version may end. */
async function reportAsGateway(installation: Installation): Promise<void> {
  installation.tokens['gateway'] = installation.gatewayToken;
  const body = {
    ...{
      gateway: 'local',
      bootId: 'boot',
      seq: 1,
      epoch: 0,
      serial: 0,
      bundleSha256: null,
      result: 'ack',
      error: null,
    },
    ...{ appliedAt: null, rootVersion: 1, clockOffsetMs: 0, drift: [] },
  };
  const reported = await installation.http('gateway', '/bundles/v1/production/status', { method: 'POST', body });
  if (reported.status !== 204) throw new Error(await reported.text());
}
