import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type ControlPlane, type OrganizationSeed, openControlPlane, type PersonSeed, seed } from '@rollcall/testing';
import { type WebhookInput, WebhookService } from './index.js';

let plane: ControlPlane;
let acme: OrganizationSeed;
let olivia: PersonSeed;
let ci: PersonSeed;
let oscar: PersonSeed;
let ada: PersonSeed;
let count = 0;

beforeAll(async () => {
  plane = await openControlPlane();
});
afterAll(() => plane?.close());

beforeEach(async () => {
  acme = await seed(plane).organization(`acme${++count}`);
  const payments = await acme.team('payments');
  olivia = await payments.maintainer('olivia');
  ci = await payments.developer('ci');
  oscar = await (await acme.team('marketing')).maintainer('oscar');
  ada = await acme.admin('ada');
});

const webhooks = () => plane.get(WebhookService);
const create = (who: PersonSeed, more: Partial<WebhookInput> = {}) =>
  webhooks().create(who.context(), {
    team: 'payments',
    kind: 'standard',
    url: 'https://hooks.example.com/rollcall?token=s3cret',
    events: ['*'],
    ...more,
  });

describe('a webhook', () => {
  it('is made by maintainers for their team and by administrators for everything', async () => {
    await expect(create(ci)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(create(oscar)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(create(olivia, { team: null })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await create(olivia);
    await create(ada);
    await create(ada, { team: null });
    expect((await webhooks().page(olivia.context(), { first: 10 })).items).toHaveLength(2);
    expect((await webhooks().page(ada.context(), { first: 10 })).items).toHaveLength(3);
  });

  it('does not exist for another team or organization, whatever is asked of it', async () => {
    const { webhook } = await create(olivia);
    const delivery = await webhooks().test(olivia.context(), webhook.id);
    const mallory = await (await seed(plane).organization(`other${count}`)).admin('mallory');
    for (const outsider of [oscar, mallory, await acme.nobody('nick')]) {
      const ctx = outsider.context();
      const attempts = [
        webhooks().update(ctx, { id: webhook.id, enabled: false }),
        webhooks().delete(ctx, webhook.id),
        webhooks().rotateSecret(ctx, webhook.id),
        webhooks().test(ctx, webhook.id),
        webhooks().deliveries(ctx, { webhook: webhook.id, first: 10 }),
        webhooks().redeliver(ctx, { delivery: delivery?.id ?? '' }),
        webhooks().redeliver(ctx, { deadOf: webhook.id }),
      ];
      for (const attempt of attempts) await expect(attempt).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect((await webhooks().page(ctx, { first: 10 })).items).toEqual([]);
    }
    expect((await webhooks().deliveries(olivia.context(), { webhook: webhook.id, first: 10 })).items).toHaveLength(1);
  });

  it('keeps neither its secret nor its address readable, anywhere', async () => {
    const { webhook, secret } = await create(olivia);
    const slack = await create(olivia, { kind: 'slack', url: 'https://hooks.slack.example/services/T0/B0/hidden' });
    expect(slack).toMatchObject({ secret: null, webhook: { address: 'https://hooks.slack.example/…' } });
    expect(webhook.address).toBe('https://hooks.example.com/rollcall');
    const rotated = await webhooks().rotateSecret(olivia.context(), webhook.id);
    const everything = [
      await plane.prisma.webhookEndpoint.findMany(),
      await plane.prisma.auditEvent.findMany(),
      await plane.prisma.outboxEvent.findMany(),
    ];
    const text = JSON.stringify(everything, (_, value) => (typeof value === 'bigint' ? String(value) : value));
    for (const hidden of [String(secret), rotated.secret, 's3cret', 'services/T0']) expect(text).not.toContain(hidden);
    await expect(webhooks().rotateSecret(olivia.context(), slack.webhook.id)).rejects.toMatchObject({
      code: 'WEBHOOK_NOT_SIGNED',
    });
  });

  it.each([
    ['ftp://hooks.example.com/', ['*'], 'url'],
    ['http://8.8.8.8/', ['*'], 'url'],
    ['https://user:pass@hooks.example.com/', ['*'], 'url'],
    ['not an address', ['*'], 'url'],
    ['https://hooks.example.com/', [], 'events'],
    ['https://hooks.example.com/', ['dev.rollcall.moon.*'], 'events'],
  ])('to %s for %j is refused', async (url, events, path) => {
    await expect(create(olivia, { url, events })).rejects.toMatchObject({ code: 'WEBHOOK_INVALID', path: [path] });
  });

  it('is changed and deleted with a line on the audit log each', async () => {
    const { webhook } = await create(olivia);
    const change = { id: webhook.id, events: ['dev.rollcall.check.*'], description: ' Builds ', enabled: false };
    expect(await webhooks().update(olivia.context(), change)).toMatchObject({
      events: ['dev.rollcall.check.*'],
      description: 'Builds',
      enabled: false,
      disabledReason: 'olivia disabled it.',
    });
    await expect(webhooks().test(olivia.context(), webhook.id)).rejects.toMatchObject({ code: 'WEBHOOK_DISABLED' });
    await webhooks().delete(olivia.context(), webhook.id);
    await expect(webhooks().delete(olivia.context(), webhook.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const lines = { organizationId: acme.id, action: 'webhook.manage', subject: `webhook:${webhook.id}` };
    expect(await plane.prisma.auditEvent.count({ where: lines })).toBe(3);
  });

  it('is listed in pages that neither repeat nor leave out', async () => {
    for (let n = 0; n < 5; n++) await create(olivia);
    const seen: string[] = [];
    for (let after: string | null = null; ; ) {
      const page = await webhooks().page(olivia.context(), { first: 2, after });
      seen.push(...page.items.map((one) => one.id));
      after = page.next;
      if (after === null) break;
    }
    expect(new Set(seen).size).toBe(5);
    expect(seen).toHaveLength(5);
    await expect(webhooks().page(olivia.context(), { first: 2, after: 'x' })).rejects.toMatchObject({
      code: 'INVALID_CURSOR',
    });
  });
});
