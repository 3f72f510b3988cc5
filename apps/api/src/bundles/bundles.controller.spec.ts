import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { acceptUpdate, verifyRootChain } from '@rollcall/bundle';
import { BundlePublisher, TrustService, verifyEd25519 } from '@rollcall/bundles';
import { GatewayService } from '@rollcall/gateways';
import { type OrganizationSeed, type PersonSeed, seed } from '@rollcall/testing';
import { HoldService } from '@rollcall/transitions';
import { type RunningApi, startApi } from '../../test/running-api.js';

let api: RunningApi;
let acme: OrganizationSeed;
let ada: PersonSeed;
let gateway: string;

beforeAll(async () => {
  api = await startApi();
  acme = await seed(api).organization('acme');
  ada = await acme.admin('ada');
  await api.get(TrustService).establish(acme.system(), acme.slug);
  await api.get(BundlePublisher).publishAll(acme.system());
  gateway = (await api.get(GatewayService).enroll(ada.context(), { name: 'edge', environment: 'production' })).token;
});
afterAll(() => api?.close());

const get = (at: string, token: string | null = gateway, headers: Record<string, string> = {}) =>
  api.fetch(`/bundles/v1/${at}`, token, { headers });
const post = (at: string, body: object, token: string | null = gateway) =>
  api.fetch(`/bundles/v1/${at}`, token, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const bytes = async (response: Response) => new Uint8Array(await response.arrayBuffer());

async function pointer() {
  const response = await get('production/timestamp');
  const body = await bytes(response);
  const envelope = JSON.parse(Buffer.from(body).toString());
  const payload = JSON.parse(Buffer.from(envelope.payload, 'base64').toString());
  return { etag: response.headers.get('etag') ?? '', body, sha256: payload.bundle.sha256 as string, payload };
}

describe('a gateway', () => {
  it('gets everything it needs to accept a bundle over HTTP', async () => {
    const root = verifyRootChain(await bytes(await get('production/root/1')), [], {
      organization: 'acme',
      verify: verifyEd25519,
    });
    if (!root.ok) throw new Error(root.error.message);
    const { body, sha256 } = await pointer();
    const object = await get(`production/objects/${sha256}`);
    expect(object.headers.get('cache-control')).toContain('immutable');
    const accepted = acceptUpdate({
      root: root.value,
      audience: { organization: 'acme', environment: 'production' },
      verify: verifyEd25519,
      now: api.clock.now(),
      trust: null,
      timestampBytes: body,
      bundleBytes: await bytes(object),
    });
    expect(accepted).toMatchObject({ ok: true, value: { bundle: { serial: 1 } } });
  });

  it('hears 304 while nothing changes', async () => {
    const { etag } = await pointer();
    expect(etag).toMatch(/^"[0-9a-f]{64}"$/);
    const same = await get('production/timestamp', gateway, { 'if-none-match': etag });
    expect([same.status, await same.text()]).toEqual([304, '']);
    expect((await get('production/timestamp', gateway, { 'if-none-match': '"other"' })).status).toBe(200);
  });

  it('is woken from a waiting poll by a quarantine, without any compile', async () => {
    const payments = await acme.team('payments');
    const olivia = await payments.maintainer('olivia');
    const riley = await acme.reviewer('riley');
    const version = await olivia.publishes(`${payments.namespace}/ledger`, '1.0.0');
    const { etag } = await pointer();
    const began = Date.now();
    const poll = get('production/timestamp', gateway, { 'if-none-match': etag, prefer: 'wait=30' });
    await api.get(HoldService).quarantine(riley.context(), { version: version.ref, reason: 'It leaks.' });
    expect((await poll).status).toBe(200);
    expect(Date.now() - began).toBeLessThan(10_000);
    expect((await pointer()).payload.kill).toMatchObject({ sequence: 1, deny: [{ alias: 'ledger' }] });
  });

  it('may pull its own environment only: another does not exist', async () => {
    const { sha256 } = await pointer();
    for (const at of ['timestamp', `objects/${sha256}`, 'root/1']) {
      expect((await get(`staging/${at}`)).status).toBe(404);
      expect((await get(`production/${at}`)).status).toBe(200);
      expect((await get(`production/${at}`, null)).status).toBe(401);
    }
    for (const at of ['status', 'usage']) {
      expect((await post(`staging/${at}`, {})).status).toBe(404);
      expect((await post(`production/${at}`, {}, null)).status).toBe(401);
    }
    const other = await seed(api).organization('other');
    const mallory = await other.admin('mallory');
    const theirs = await api.get(GatewayService).enroll(mallory.context(), { name: 'edge', environment: 'production' });
    expect((await get(`production/objects/${sha256}`, theirs.token)).status).toBe(404);
    expect((await get('production/root/1', theirs.token)).status).toBe(404);
  });

  it('is the only one that reports, and people pull only with the right', async () => {
    const token = await ada.token();
    expect((await get('production/root/1', token)).status).toBe(200);
    expect((await post('production/status', {}, token)).status).toBe(404);
    const aud = await (await acme.auditor('aud')).token();
    expect((await get('production/timestamp', aud)).status).toBe(403);
  });

  it.each(['objects/xyz', `objects/${'0'.repeat(64)}`, 'root/0', 'root/99', 'root/1e1'])(
    'finds nothing at %s',
    async (at) => {
      expect((await get(`production/${at}`)).status).toBe(404);
    },
  );

  it('says what it runs and what was called', async () => {
    const { sha256, payload } = await pointer();
    const status = {
      gateway: 'edge',
      bootId: 'b1',
      seq: 1,
      epoch: payload.epoch,
      serial: payload.serial,
      bundleSha256: sha256,
      result: 'ack',
      error: null,
      appliedAt: null,
      rootVersion: 1,
      clockOffsetMs: null,
    };
    expect((await post('production/status', status)).status).toBe(204);
    const never = await post('production/status', { ...status, seq: 2, serial: 77 });
    expect([never.status, await never.json()]).toEqual([400, expect.objectContaining({ code: 'NEVER_PUBLISHED' })]);
    const usage = {
      gateway: 'edge',
      bootId: 'b1',
      seq: 1,
      windowStart: '2026-11-20T12:00:00Z',
      windowEnd: '2026-11-20T12:00:10Z',
      calls: [],
    };
    expect(await (await post('production/usage', usage)).json()).toEqual({ counted: true });
    expect(await (await post('production/usage', usage)).json()).toEqual({ counted: false });
    const { data } = await api.query(await ada.token(), '{ gateways { name status { result converged } } }');
    expect(data).toEqual({ gateways: [{ name: 'edge', status: { result: 'ack', converged: true } }] });
  });
});

describe('stopping the api', () => {
  it('does not wait for parked polls', async () => {
    const { etag } = await pointer();
    const poll = get('production/timestamp', gateway, { 'if-none-match': etag, prefer: 'wait=50' });
    await new Promise((resolve) => setTimeout(resolve, 200)); // on its way: nothing tells a client that it is parked
    const began = Date.now();
    await api.stop();
    expect((await poll).status).toBe(304);
    expect(Date.now() - began).toBeLessThan(10_000);
  });
});
