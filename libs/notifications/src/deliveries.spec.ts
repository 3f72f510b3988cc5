import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '@rollcall/kernel';
import type { OutboxEvent } from '@rollcall/persistence';
import {
  type ControlPlane,
  type OrganizationSeed,
  openControlPlane,
  type PersonSeed,
  seed,
  type TeamSeed,
} from '@rollcall/testing';
import { CloudEvent, HTTP } from 'cloudevents';
import { Webhook } from 'standardwebhooks';
import { DeliveryService, WebhookService } from './index.js';
import { answers, Receiver } from './receiver.fixture.js';
import { ATTEMPTS_PER_ROUND } from './retry-schedule.js';

let plane: ControlPlane;
let acme: OrganizationSeed;
let payments: TeamSeed;
let olivia: PersonSeed;
let receiver: Receiver;
let count = 0;

beforeAll(async () => {
  plane = await openControlPlane({ webhookTimeoutMs: 700 });
});
afterAll(() => plane?.close());

beforeEach(async () => {
  plane.clock.set(new Date()); // receivers compare the signed time with their own clock
  receiver = await new Receiver().start();
  acme = await seed(plane).organization(`acme${++count}`);
  payments = await acme.team('payments');
  olivia = await payments.maintainer('olivia');
});
afterEach(() => receiver.close());

const webhooks = () => plane.get(WebhookService);
const deliveries = () => plane.get(DeliveryService);

const subscribe = (more: object = {}) =>
  webhooks().create(olivia.context(), {
    team: 'payments',
    kind: 'standard',
    url: `${receiver.url}/hook?key=hidden`,
    events: ['dev.rollcall.version.*'],
    ...more,
  });

/** The newest event of a topic, as the dispatcher hands it over. */
async function event(topic: string): Promise<OutboxEvent> {
  const row = await plane.prisma.outboxEvent.findFirstOrThrow({
    where: { organizationId: acme.id, topic },
    orderBy: { id: 'desc' },
  });
  return row as unknown as OutboxEvent;
}

async function published(version = '1.0.0'): Promise<OutboxEvent> {
  await olivia.publishes(`${payments.namespace}/ledger`, version);
  return event('version.published');
}

/** Makes every attempt whose time has come; returns how many were made. */
async function sweep(): Promise<number> {
  let made = 0;
  const due = (await deliveries().due()).filter((one) => one.organizationId === acme.id);
  for (const one of due) if (await deliveries().attempt(one)) made++;
  return made;
}

const rows = () =>
  plane.prisma.webhookDelivery.findMany({ where: { organizationId: acme.id }, orderBy: { id: 'asc' } });
const row = async () => (await rows())[0] as NonNullable<Awaited<ReturnType<typeof rows>>[number]>;

describe('a delivery', () => {
  it('is a signed CloudEvent that the reference libraries accept, and nobody can change', async () => {
    const { secret } = await subscribe();
    const outbox = await published();
    await deliveries().follow(outbox);
    await sweep();
    const [{ headers, body, path } = { headers: {}, body: '', path: '' }] = receiver.received;
    expect(path).toBe('/hook?key=hidden');
    expect(headers['webhook-id']).toBe(outbox.id);
    const verifier = new Webhook(String(secret));
    expect(verifier.verify(body, headers)).toMatchObject({ type: 'dev.rollcall.version.published.v1' });
    expect(() => verifier.verify(body.replace('1.0.0', '6.6.6'), headers)).toThrow('No matching signature');
    expect(() => new Webhook('whsec_AAAA').verify(body, headers)).toThrow('No matching signature');
    const cloudEvent = HTTP.toEvent({ headers, body }) as CloudEvent<{ server: object; url: string }>;
    expect(cloudEvent.validate()).toBe(true);
    expect(cloudEvent).toMatchObject({
      id: outbox.id,
      source: 'https://rollcall.example.com',
      subject: `${payments.namespace}/ledger@1.0.0`,
      data: {
        server: { name: `${payments.namespace}/ledger` },
        version: '1.0.0',
        publisher: { handle: 'olivia' },
        url: `https://rollcall.example.com/servers/${payments.namespace}/ledger?version=1.0.0`,
      },
    });
    expect(await row()).toMatchObject({ status: 'delivered', attempts: 1, lastStatus: 204 });
  });

  it('is made once per webhook, however often the event leaves the outbox', async () => {
    await subscribe();
    const outbox = await published();
    await Promise.all([deliveries().follow(outbox), deliveries().follow(outbox), deliveries().follow(outbox)]);
    const due = (await deliveries().due()).find((one) => one.organizationId === acme.id);
    if (!due) throw new Error('nothing is due');
    const made = await Promise.all([1, 2, 3, 4].map(() => deliveries().attempt(due)));
    expect(made.filter(Boolean)).toHaveLength(1);
    await deliveries().follow(outbox);
    expect(await sweep()).toBe(0);
    expect(receiver.received).toHaveLength(1);
  });

  it('goes only to webhooks that subscribe to its type, of its team or of the organization', async () => {
    const admin = await acme.admin('ada');
    const marketing = await acme.team('marketing');
    const oscar = await marketing.maintainer('oscar');
    await subscribe({ url: `${receiver.url}/checks`, events: ['dev.rollcall.check.*'] });
    await webhooks().create(oscar.context(), {
      team: 'marketing',
      kind: 'standard',
      url: `${receiver.url}/other`,
      events: ['*'],
    });
    await webhooks().create(admin.context(), {
      kind: 'standard',
      url: `${receiver.url}/all`,
      events: ['dev.rollcall.*'],
    });
    await deliveries().follow(await published());
    await sweep();
    expect(receiver.received.map((one) => one.path)).toEqual(['/all']);
  });

  it('is tried again with the same id and bytes until it succeeds', async () => {
    await subscribe();
    receiver.behaviour = answers(500, 'database on fire');
    await deliveries().follow(await published());
    expect(await sweep()).toBe(1);
    expect(await row()).toMatchObject({
      status: 'pending',
      lastStatus: 500,
      lastError: 'The endpoint answered HTTP 500.',
      responseExcerpt: 'database on fire',
    });
    expect(await sweep()).toBe(0);
    plane.clock.advance(6 * SECOND_MS);
    receiver.behaviour = answers(200);
    expect(await sweep()).toBe(1);
    const [first, second] = receiver.received;
    expect(second?.body).toBe(first?.body);
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(second?.headers['webhook-timestamp']).not.toBe(first?.headers['webhook-timestamp']);
    expect(await row()).toMatchObject({
      status: 'delivered',
      attempts: 2,
      responseExcerpt: null,
      log: [{ status: 500 }, { status: 200 }],
    });
    expect(await plane.prisma.webhookEndpoint.findFirst({ where: { organizationId: acme.id } })).toMatchObject({
      failingSince: null,
    });
  });

  it('is dead after a schedule of a day, and lives again when it is redelivered', async () => {
    const { webhook } = await subscribe();
    receiver.behaviour = answers(503);
    await deliveries().follow(await published());
    const begun = plane.clock.now().getTime();
    for (let moves = 0; (await row()).status === 'pending' && moves < 50; moves++) {
      plane.clock.set((await row()).nextAttemptAt ?? plane.clock.now());
      await sweep();
    }
    const span = plane.clock.now().getTime() - begun;
    expect(span).toBeGreaterThanOrEqual(24 * HOUR_MS);
    expect(span).toBeLessThanOrEqual(26 * HOUR_MS);
    expect(await row()).toMatchObject({ status: 'dead', attempts: ATTEMPTS_PER_ROUND, nextAttemptAt: null });
    receiver.behaviour = answers(200);
    expect(await webhooks().redeliver(olivia.context(), { deadOf: webhook.id })).toBe(1);
    expect(await webhooks().redeliver(olivia.context(), { deadOf: webhook.id })).toBe(0);
    await sweep();
    expect(await row()).toMatchObject({ status: 'delivered', attempts: ATTEMPTS_PER_ROUND + 1 });
    const ids = new Set(receiver.received.map((one) => one.headers['webhook-id']));
    expect(ids.size).toBe(1);
    // one that was delivered can be asked for again too, and has a whole schedule before it
    receiver.behaviour = answers(500);
    await webhooks().redeliver(olivia.context(), { delivery: (await row()).id });
    await sweep();
    expect((await row()).nextAttemptAt?.getTime()).toBeLessThan(plane.clock.now().getTime() + 6 * SECOND_MS);
    const pending = webhooks().redeliver(olivia.context(), { delivery: (await row()).id });
    await expect(pending).rejects.toMatchObject({ code: 'DELIVERY_PENDING' });
  });

  it('that was claimed by a process that died is due again when its lease ends', async () => {
    await subscribe();
    await deliveries().follow(await published());
    const { id } = await row();
    const claimed = { attempts: 1, leasedUntil: new Date(plane.clock.now().getTime() + MINUTE_MS) };
    await plane.prisma.webhookDelivery.update({ where: { id }, data: claimed });
    expect(await sweep()).toBe(0);
    plane.clock.advance(MINUTE_MS);
    expect(await sweep()).toBe(1);
    expect(await row()).toMatchObject({ status: 'delivered', attempts: 2 });
  });

  it('whose every attempt dies with its process is given up', async () => {
    await subscribe();
    await deliveries().follow(await published());
    await plane.prisma.webhookDelivery.update({
      where: { id: (await row()).id },
      data: { attempts: ATTEMPTS_PER_ROUND },
    });
    expect(await sweep()).toBe(0);
    expect(await row()).toMatchObject({ status: 'dead' });
    expect(receiver.received).toEqual([]);
  });
});

describe('an endpoint', () => {
  const failure = async () => {
    await deliveries().follow(await published());
    await sweep();
    return row();
  };

  it('that hangs costs the time limit and no more', async () => {
    await subscribe();
    receiver.behaviour = () => undefined;
    expect(await failure()).toMatchObject({
      status: 'pending',
      lastStatus: null,
      lastError: 'The endpoint did not answer in time.',
    });
  });

  it('that says yes and then drips its answer has said yes', async () => {
    await subscribe();
    receiver.behaviour = (response) => void response.writeHead(200).write('thank');
    expect(await failure()).toMatchObject({ status: 'delivered', responseExcerpt: 'thank' });
  });

  it('that answers with a flood is read for a kilobyte', async () => {
    await subscribe();
    let written = 0;
    receiver.behaviour = (response) => {
      response.writeHead(500);
      const flood = () => {
        while (!response.destroyed && written < 50_000_000) {
          written += 65_536;
          if (!response.write('é\u0000'.repeat(16_384))) return void response.once('drain', flood);
        }
      };
      flood();
    };
    const { responseExcerpt, lastStatus } = await failure();
    expect(lastStatus).toBe(500);
    expect(Buffer.byteLength(responseExcerpt ?? '')).toBeLessThanOrEqual(1024);
    expect(responseExcerpt).toContain('é');
    expect(written).toBeLessThan(50_000_000);
  });

  it('is not followed where it redirects to', async () => {
    await subscribe();
    const other = await new Receiver().start();
    receiver.behaviour = answers(302, '', { location: `${other.url}/latest/meta-data/` });
    expect(await failure()).toMatchObject({ lastStatus: 302, lastError: expect.stringContaining('never followed') });
    expect(other.received).toEqual([]);
    await other.close();
  });

  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://[::ffff:169.254.169.254]/',
    'http://10.0.0.1/',
    'https://[fd00::1]/',
  ])('at %s is not dialled', async (url) => {
    await subscribe({ url });
    expect(await failure()).toMatchObject({
      lastStatus: null,
      lastError: expect.stringContaining('Refused by network policy'),
    });
  });

  it('that is gone is disabled, and its other deliveries end with it', async () => {
    const { webhook } = await subscribe();
    receiver.behaviour = answers(410);
    await deliveries().follow(await published('1.0.0'));
    await deliveries().follow(await published('1.1.0'));
    const first = (await deliveries().due()).find((one) => one.organizationId === acme.id);
    if (first) await deliveries().attempt(first);
    expect((await rows()).map((one) => one.status)).toEqual(['dead', 'dead']);
    const stored = await plane.prisma.webhookEndpoint.findUniqueOrThrow({ where: { id: webhook.id } });
    expect(stored).toMatchObject({ enabled: false, disabledReason: expect.stringContaining('410') });
    expect(await event('webhook.disabled')).toMatchObject({ payload: { webhookId: webhook.id } });
    await deliveries().follow(await published('1.2.0'));
    expect(await rows()).toHaveLength(2);
    await expect(webhooks().test(olivia.context(), webhook.id)).rejects.toMatchObject({ code: 'WEBHOOK_DISABLED' });
    receiver.behaviour = answers(200);
    await webhooks().update(olivia.context(), { id: webhook.id, enabled: true });
    expect(await webhooks().redeliver(olivia.context(), { deadOf: webhook.id })).toBe(2);
    expect(await sweep()).toBe(2);
  });

  it('that fails for five days is disabled, and others are told', async () => {
    const { webhook } = await subscribe();
    const other = await new Receiver().start();
    await subscribe({ url: other.url, events: ['dev.rollcall.webhook.*'] });
    receiver.behaviour = answers(500);
    await failure();
    plane.clock.advance(5 * DAY_MS);
    await sweep();
    expect(await plane.prisma.webhookEndpoint.findUnique({ where: { id: webhook.id } })).toMatchObject({
      enabled: false,
    });
    await deliveries().follow(await event('webhook.disabled'));
    await sweep();
    expect(JSON.parse(other.received[0]?.body ?? '{}')).toMatchObject({
      type: 'dev.rollcall.webhook.disabled.v1',
      data: { webhookId: webhook.id, address: `${receiver.url}/hook` },
    });
    await other.close();
  });

  it('is purged of what ended a month ago, never of what still waits', async () => {
    await subscribe();
    await deliveries().follow(await published('1.0.0'));
    await sweep();
    await deliveries().follow(await published('1.1.0'));
    plane.clock.advance(31 * DAY_MS);
    expect(await deliveries().purge()).toBeGreaterThanOrEqual(1);
    expect((await rows()).map((one) => one.status)).toEqual(['pending']);
    expect(await plane.prisma.webhookEvent.count({ where: { organizationId: acme.id } })).toBe(1);
  });
});

describe('a secret', () => {
  it('is rotated without a gap: both sign for a day, then only the new one', async () => {
    const { webhook, secret: old } = await subscribe();
    const { secret: fresh } = await webhooks().rotateSecret(olivia.context(), webhook.id);
    await deliveries().follow(await published());
    await sweep();
    const { body = '', headers = {} } = receiver.received[0] ?? {};
    for (const secret of [old, fresh]) expect(new Webhook(String(secret)).verify(body, headers)).toBeTruthy();
    plane.clock.advance(24 * HOUR_MS);
    await webhooks().test(olivia.context(), webhook.id);
    await sweep();
    const later = receiver.received[1];
    expect(later?.headers['webhook-signature']?.split(' ')).toHaveLength(1);
    const at = new Date(Number(later?.headers['webhook-timestamp']) * 1000);
    const { body: text = '', headers: given = {} } = later ?? {};
    expect(new Webhook(fresh).sign(String(given['webhook-id']), at, text)).toBe(given['webhook-signature']);
  });
});
