import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NotificationSettings } from './notification-settings.js';
import { Receiver } from './receiver.fixture.js';
import { WebhookClient } from './webhook.client.js';

const settings = (allowPrivate: string[]) =>
  new NotificationSettings({
    secretsKeyFile: '/nowhere',
    publicUrl: 'https://x.example',
    allowPrivate,
    timeoutMs: 2_000,
  });
const closed = new WebhookClient(settings([]));
const open = new WebhookClient(settings(['127.0.0.0/8', '::1/128']));
let receiver: Receiver;

beforeAll(async () => {
  receiver = await new Receiver().start();
});
afterAll(async () => {
  await Promise.all([closed.onApplicationShutdown(), open.onApplicationShutdown(), receiver.close()]);
});

const post = (client: WebhookClient, url: string) =>
  client.post({ url, headers: { 'content-type': 'text/plain' }, body: 'x' });

describe('the client of webhooks', () => {
  it('dials a name only when what it resolves to is allowed', async () => {
    const url = receiver.url.replace('127.0.0.1', 'localhost');
    expect(await post(closed, url)).toMatchObject({
      answered: false,
      error: expect.stringContaining('network policy'),
    });
    expect(receiver.received).toEqual([]);
    expect(await post(open, url)).toMatchObject({ answered: true, status: 204 });
    expect(receiver.received).toHaveLength(1);
  });

  it('dials an address only when it is allowed', async () => {
    expect(await post(closed, receiver.url)).toMatchObject({ answered: false });
    expect(await post(open, receiver.url)).toMatchObject({ answered: true });
    expect(receiver.received).toHaveLength(2);
  });

  it('says nothing without TLS to a public address, and nothing at all over other protocols', async () => {
    for (const url of ['http://192.0.46.9/', 'http://[2620:0:2d0:200::7]/', 'ftp://127.0.0.1/', 'file:///etc/passwd']) {
      expect(await post(open, url)).toMatchObject({ answered: false, error: expect.stringContaining('Refused') });
    }
  });

  it('says why there was no answer', async () => {
    expect(await post(open, 'http://127.0.0.1:1/')).toEqual({
      answered: false,
      error: 'The connection failed (ECONNREFUSED).',
    });
    expect(await post(open, 'https://nobody.invalid/')).toMatchObject({
      answered: false,
      error: expect.stringContaining('does not resolve'),
    });
    expect(await post(open, receiver.url.replace('http:', 'https:'))).toMatchObject({
      answered: false,
      error: expect.stringContaining('failed'),
    });
  });
});
