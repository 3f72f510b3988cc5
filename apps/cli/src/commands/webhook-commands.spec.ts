import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { refusal, ScriptedControlPlane, VIEWER } from '../control-plane.fixture.js';

const plane = new ScriptedControlPlane();
beforeAll(() => plane.start());
beforeEach(() => plane.begin({ viewer: VIEWER }));
afterEach(() => plane.end());
afterAll(() => plane.stop());

const AT = '2026-11-20T12:00:00.000Z';
const WEBHOOK = {
  id: 'whk_1',
  kind: 'standard',
  description: '',
  address: 'https://hooks.example.com/a',
  events: ['*'],
  enabled: true,
  createdAt: AT,
  team: { slug: 'payments' },
};
const delivery = (status: string, log: object[]) => ({
  id: 'dlv_1',
  status,
  attempts: log.length,
  nextAttemptAt: status === 'pending' ? AT : null,
  lastStatus: 500,
  lastError: log.length > 0 && status !== 'delivered' ? 'The endpoint answered HTTP 500.' : null,
  createdAt: AT,
  event: { id: 'evt_1', type: 'dev.rollcall.webhook.ping.v1', subject: 'whk_1', occurredAt: AT },
  log,
});
const page = (node: object) => ({ edges: [{ cursor: '', node }], pageInfo: { hasNextPage: false, endCursor: null } });

describe('webhooks', () => {
  it('are made with a secret that is printed once, and listed without it', async () => {
    let asked: unknown;
    plane.fields['webhookCreate'] = ({ input }: { input: unknown }) => {
      asked = input;
      return { webhook: WEBHOOK, secret: 'whsec_shown', errors: [] };
    };
    const { stdout, exitCode } = await plane.runText(
      'webhooks',
      'create',
      'https://hooks.example.com/a',
      '--team',
      'payments',
      '--event',
      'dev.rollcall.check.*',
    );
    expect(exitCode).toBe(0);
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('whsec_shown');
    expect(asked).toMatchObject({ team: 'payments', kind: 'standard', events: ['dev.rollcall.check.*'] });
    plane.fields['webhooks'] = page(WEBHOOK);
    expect((await plane.runText('webhooks', 'list')).stdout).toMatch(/whk_1\s+payments\s+standard\s+well/);
  });

  it('say by their exit code how a test went', async () => {
    plane.fields['webhookTest'] = { delivery: delivery('pending', []), errors: [] };
    const entry = { at: AT, durationMs: 5, status: 500, error: 'no' };
    plane.fields['deliveries'] = page(delivery('pending', [entry]));
    expect(await plane.run('webhooks', 'test', 'whk_1')).toMatchObject({ exitCode: 1 });
    plane.fields['deliveries'] = page(delivery('delivered', [{ ...entry, status: 200, error: null }]));
    expect(await plane.run('webhooks', 'test', 'whk_1')).toMatchObject({ exitCode: 0 });
    plane.fields['deliveries'] = page(delivery('pending', []));
    expect(await plane.run('webhooks', 'test', 'whk_1', '--timeout', '1')).toMatchObject({ exitCode: 6 });
    plane.fields['webhookTest'] = { delivery: null, errors: [refusal('WEBHOOK_DISABLED')] };
    expect(await plane.run('webhooks', 'test', 'whk_1')).toMatchObject({ exitCode: 2 });
  });

  it('are sent again one by one or all that are dead, not both', async () => {
    plane.fields['deliveryRedeliver'] = ({ input }: { input: { deadOf?: string } }) => ({
      count: input.deadOf ? 3 : 1,
      errors: [],
    });
    expect((await plane.runText('webhooks', 'redeliver', 'dlv_1')).stdout).toContain('1 delivery is');
    expect((await plane.runText('webhooks', 'redeliver', '--dead-of', 'whk_1')).stdout).toContain('3 deliveries are');
    expect((await plane.run('webhooks', 'redeliver')).exitCode).toBe(2);
    expect((await plane.run('webhooks', 'redeliver', 'dlv_1', '--dead-of', 'whk_1')).exitCode).toBe(2);
  });
});

describe('notices', () => {
  it('are listed by what is asked for, and read', async () => {
    let asked: unknown;
    plane.fields['notices'] = ({ where }: { where: unknown }) => {
      asked = where;
      const parties = { agent: { slug: 'support' }, team: { slug: 'payments' } };
      return page({
        id: 'ntc_1',
        kind: 'deprecated',
        text: 'support uses x.',
        data: {},
        createdAt: AT,
        readAt: null,
        ...parties,
      });
    };
    const { stdout } = await plane.runText('notices', '--unread', '--agent', 'support');
    expect(stdout).toMatch(/ntc_1 .* payments\s+new\s+support uses x\./);
    expect(asked).toEqual({ agent: 'support', unread: true });
    plane.fields['noticeMarkRead'] = { notice: { id: 'ntc_1', readAt: AT }, errors: [] };
    expect((await plane.run('notices', '--read', 'ntc_1')).exitCode).toBe(0);
  });
});
