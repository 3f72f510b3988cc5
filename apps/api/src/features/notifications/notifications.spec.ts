import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type PersonSeed, seed } from '@rollcall/testing';
import { type RunningApi, startApi } from '../../../test/running-api.js';

let api: RunningApi;
let olivia: PersonSeed;
let oscar: PersonSeed;

beforeAll(async () => {
  api = await startApi();
  const acme = await seed(api).organization('acme');
  olivia = await (await acme.team('payments')).maintainer('olivia');
  oscar = await (await acme.team('marketing')).maintainer('oscar');
});
afterAll(() => api?.close());

/** Whatever the query asked for. */
type Answer = {
  webhookCreate: { webhook: { id: string }; secret: string };
  webhookTest: object;
  deliveries: { edges: object[] };
  webhookSecretRotate: { secret: string; webhook: { previousSecretUntil: string | null } };
};

const CREATE = `mutation ($input: WebhookCreateInput!) {
  webhookCreate(input: $input) { secret webhook { id kind address events enabled team { slug } } errors { code path } }
}`;
const TEST = `mutation ($id: ID!) {
  webhookTest(input: { id: $id }) { delivery { id status event { type data } webhook { id } } errors { code } }
}`;
const LOG = `query ($webhook: ID!) {
  deliveries(where: { webhook: $webhook, status: pending }, first: 5) {
    edges { cursor node { status attempts log { status error } event { id type subject } } } pageInfo { hasNextPage }
  }
}`;

describe('webhooks over GraphQL', () => {
  it('are made, tested, read, rotated and deleted', async () => {
    const token = await olivia.token();
    const input = { team: 'payments', url: 'https://hooks.example.com/a?b=c' };
    const created = (await api.query(token, CREATE, { input })) as unknown as { data: Answer };
    const { webhook, secret } = created.data.webhookCreate;
    expect(webhook).toMatchObject({
      kind: 'standard',
      address: 'https://hooks.example.com/a',
      events: ['*'],
      enabled: true,
      team: { slug: 'payments' },
    });
    expect(secret).toMatch(/^whsec_/);
    const tested = (await api.query(token, TEST, { id: webhook.id })) as unknown as { data: Answer };
    expect(tested.data.webhookTest).toMatchObject({
      delivery: { status: 'pending', event: { type: 'dev.rollcall.webhook.ping.v1' }, webhook: { id: webhook.id } },
      errors: [],
    });
    const log = (await api.query(token, LOG, { webhook: webhook.id })) as unknown as { data: Answer };
    expect(log.data.deliveries.edges).toMatchObject([{ node: { status: 'pending', attempts: 0, log: [] } }]);
    const rotate = `mutation { webhookSecretRotate(input: { id: "${webhook.id}" }) { secret webhook { previousSecretUntil } } }`;
    const rotated = (await api.query(token, rotate)) as unknown as { data: Answer };
    expect(rotated.data.webhookSecretRotate.secret).not.toBe(secret);
    expect(rotated.data.webhookSecretRotate.webhook.previousSecretUntil).not.toBeNull();
    const redeliver = `mutation { deliveryRedeliver(input: { deadOf: "${webhook.id}" }) { count errors { code } } }`;
    expect(await api.query(token, redeliver)).toMatchObject({ data: { deliveryRedeliver: { count: 0, errors: [] } } });
    const remove = `mutation { webhookDelete(input: { id: "${webhook.id}" }) { deletedId } }`;
    expect(await api.query(token, remove)).toMatchObject({ data: { webhookDelete: { deletedId: webhook.id } } });
    const list = '{ webhooks { edges { node { id } } pageInfo { hasNextPage endCursor } } }';
    expect(await api.query(token, list)).toMatchObject({ data: { webhooks: { edges: [] } } });
    expect(api.log()).not.toContain(secret);
  });

  it('refuse with the field that is wrong', async () => {
    const input = { team: 'payments', url: 'nowhere', kind: 'slack' };
    expect(await api.query(await olivia.token(), CREATE, { input })).toMatchObject({
      data: { webhookCreate: { webhook: null, secret: null, errors: [{ code: 'WEBHOOK_INVALID', path: ['url'] }] } },
    });
  });

  it('do not exist for the maintainer of another team', async () => {
    const input = { team: 'payments', url: 'https://hooks.example.com/' };
    const created = (await api.query(await olivia.token(), CREATE, { input })) as unknown as { data: Answer };
    const { id } = created.data.webhookCreate.webhook;
    const stranger = await oscar.token();
    for (const answer of [await api.query(stranger, TEST, { id }), await api.query(stranger, LOG, { webhook: id })]) {
      expect(answer.errors[0]?.extensions.code).toBe('NOT_FOUND');
    }
    expect(await api.query(null, '{ webhooks { edges { cursor } } }')).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
  });
});

describe('notices over GraphQL', () => {
  it('are a page, empty for somebody whose agents use nothing', async () => {
    const query =
      '{ notices(first: 5, where: { unread: true, kind: deprecated }) { edges { node { id kind text data agent { slug } team { slug } readAt } } pageInfo { endCursor } } }';
    expect(await api.query(await olivia.token(), query)).toMatchObject({ data: { notices: { edges: [] } } });
    const read = 'mutation { noticeMarkRead(input: { id: "ntc_0" }) { notice { id } errors { code } } }';
    expect((await api.query(await olivia.token(), read)).errors[0]?.extensions.code).toBe('NOT_FOUND');
  });
});
