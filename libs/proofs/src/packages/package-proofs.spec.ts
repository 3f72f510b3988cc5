import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Runtime } from '@rollcall/access';
import type { JsonObject } from '@rollcall/kernel';
import { type Manifest, parseManifest } from '@rollcall/manifest';
import {
  type ControlPlane,
  type DnsZone,
  type HttpHost,
  manifestOf,
  type OrganizationSeed,
  openControlPlane,
  type RawHandler,
  type RunningDnsServer,
  seed,
  startDnsServer,
  startRawHttpServer,
} from '@rollcall/testing';
import { ProofNetwork } from '../proof-network.js';
import { PackageProofs } from './package-proofs.service.js';
import { PackageRegistries } from './package-registries.file.js';

const NAME = 'com.acme.payments/pay';
const SHA = 'a'.repeat(64);

describe('asking packages whose they are', () => {
  let plane: ControlPlane;
  let acme: OrganizationSeed;
  let host: HttpHost;
  let other: HttpHost;
  let dns: RunningDnsServer;
  const zone: DnsZone = {};
  let pages: Record<string, RawHandler | { status?: number; headers?: Record<string, string>; body: string }>;

  const port = (at: HttpHost) => new URL(at.origin).port;
  const policy = (packageProofs: string) =>
    plane.prisma.organization.update({ where: { id: acme.id }, data: { policy: { packageProofs } } });
  const manifest = (...packages: JsonObject[]): Manifest => {
    const whole = packages.map((pack) => ({ transport: { type: 'stdio' }, ...pack }));
    const parsed = parseManifest({ ...(manifestOf(NAME, '1.0.0') as JsonObject), packages: whole });
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
    return parsed.value;
  };
  const check = (...packages: JsonObject[]) =>
    plane.get(PackageProofs).check(plane.get(Runtime).systemContext(acme.id), manifest(...packages));
  const state = async (pack: JsonObject) => (await check(pack)).proofs[0]?.state;
  const npm = (more: JsonObject = {}) => ({ registryType: 'npm', identifier: '@acme/pay', version: '1.0.0', ...more });
  const readme = (registryType: string) => ({ registryType, identifier: 'Acme.Pay', version: '1.0.0' });
  const json = (body: object, status = 200) => ({ status, body: JSON.stringify(body) });

  beforeAll(async () => {
    const handle: RawHandler = async (request, response, incoming) => {
      const page = pages[request.path] ?? { status: 404, body: '{}' };
      if (typeof page === 'function') return page(request, response, incoming);
      response.writeHead(page.status ?? 200, page.headers ?? {}).end(page.body);
    };
    host = await startRawHttpServer(handle);
    other = await startRawHttpServer(handle);
    dns = await startDnsServer(zone);
    const base = `${host.origin}/`;
    const further = [`127.0.0.1:${port(other)}`];
    const registries = new PackageRegistries({
      npm: [base, `http://registry.example:${port(host)}/`, 'http://2130706433:1/', 'http://[64:ff9b::7f00:1]/'],
      pypi: [base],
      nuget: [`${host.origin}/v3/index.json`],
      cargo: [{ url: base, hosts: further }],
      oci: [{ url: base, name: 'images.example', hosts: further }],
      mcpb: ['https://code.example/acme/'],
    });
    const network = new ProofNetwork({ policy: { allowPrivate: ['127.0.0.0/8'] }, dnsServers: [dns.server] });
    plane = await openControlPlane({ proofs: { registries, network } });
    acme = await seed(plane).organization('acme');
    await acme.team('payments');
  });
  afterAll(async () => {
    await Promise.all([plane?.close(), host?.close(), other?.close(), dns?.close()]);
  });
  beforeEach(async () => {
    pages = {};
    await policy('enforce');
  });

  describe('npm', () => {
    it('believes mcpName of exactly this version', async () => {
      pages = { '/@acme%2Fpay/1.0.0': json({ mcpName: NAME }) };
      expect(await check(npm())).toEqual({
        problems: [],
        proofs: [
          {
            path: 'packages[0].identifier',
            registryType: 'npm',
            identifier: '@acme/pay',
            state: 'proven',
            message: 'package.json names this server.',
          },
        ],
      });
      expect(await state(npm({ version: '2.0.0' }))).toBe('unknown');
    });

    it.each([{}, { mcpName: `${NAME}2` }, { mcpName: [NAME] }])('does not believe %j', async (document) => {
      pages = { '/@acme%2Fpay/1.0.0': json(document) };
      expect(await state(npm())).toBe('failed');
    });

    it('is failed without a version, with a digest, with a name that is a path, and at another registry', async () => {
      const { version: _version, ...unversioned } = npm();
      const foreign = npm({ registryBaseUrl: 'https://elsewhere.example' });
      const odd = [unversioned, npm({ fileSha256: SHA }), npm({ identifier: '../../x' }), foreign];
      for (const pack of odd) expect(await state(pack)).toBe('failed');
      expect((await check(foreign)).problems[0]?.path).toBe('packages[0].registryBaseUrl');
    });
  });

  describe('README files', () => {
    it('of Python packages are their description', async () => {
      pages = { '/pypi/Acme.Pay/1.0.0/json': json({ info: { description: `<!-- mcp-name: ${NAME} -->` } }) };
      expect(await state(readme('pypi'))).toBe('proven');
      pages = { '/pypi/Acme.Pay/1.0.0/json': json({ info: { description: `mcp-name: ${NAME}-2` } }) };
      expect(await state(readme('pypi'))).toBe('failed');
    });

    it('of NuGet packages are where the service index says, which is asked once an hour', async () => {
      const template = `${host.origin}/readmes/{lower_id}/{lower_version}`;
      const asked = () => host.requests.filter((request) => request.path === '/v3/index.json').length;
      const before = asked();
      pages = {
        '/v3/index.json': json({ resources: [{ '@id': template, '@type': 'ReadmeUriTemplate/6.13.0' }] }),
        '/readmes/acme.pay/1.0.0': { body: `mcp-name: ${NAME}` },
      };
      expect([await state(readme('nuget')), await state(readme('nuget'))]).toEqual(['proven', 'proven']);
      expect(asked() - before).toBe(1);
      plane.clock.advance(60 * 60_000);
      pages['/v3/index.json'] = json({
        resources: [{ '@id': `${other.origin}/flat`, '@type': 'PackageBaseAddress/3.0.0' }],
      });
      // the index leads to a host the operator did not list
      expect((await check(readme('nuget'))).proofs[0]).toMatchObject({
        state: 'unknown',
        message: expect.stringContaining('not an allowed host'),
      });
      plane.clock.advance(60 * 60_000);
    });

    it('of Cargo packages count as far as they are seen, on listed hosts', async () => {
      const at = '/api/v1/crates/Acme.Pay/1.0.0/readme';
      const moved = (location: string) => ({ status: 302, headers: { location }, body: '' });
      pages = { [at]: moved(`${other.origin}/seen`), '/seen': { body: `<p>mcp-name: ${NAME}</p>` } };
      expect(await state(readme('cargo'))).toBe('proven');
      pages = { [at]: moved(`${other.origin}/seen`), '/seen': { body: `<!-- mcp-name: ${NAME} -->` } };
      expect(await state(readme('cargo'))).toBe('failed');
      for (const target of [
        'http://127.0.0.1:1/',
        'http://169.254.169.254/',
        'http://elsewhere.example/',
        '//x.example/',
      ]) {
        pages = { [at]: moved(target) };
        expect(await state(readme('cargo'))).toBe('unknown');
      }
      pages = { [at]: moved(`${host.origin}${at}`) };
      expect((await check(readme('cargo'))).proofs[0]?.message).toContain('too often');
    });
  });

  describe('images', () => {
    const digest = (body: string) => `sha256:${createHash('sha256').update(body).digest('hex')}`;
    const config = (labels: object) => JSON.stringify({ config: { Labels: labels } });
    const image = (identifier = 'images.example/acme/pay:1.0.0') => ({ registryType: 'oci', identifier });

    /** An index over a manifest over a configuration with these labels, as a registry serves them. */
    const stored = (labels: object) => {
      const settings = config(labels);
      const one = JSON.stringify({ schemaVersion: 2, config: { digest: digest(settings) } });
      const attestation = { digest: digest('attestation'), platform: { os: 'unknown', architecture: 'unknown' } };
      const platform = { os: 'linux', architecture: 'amd64' };
      const index = JSON.stringify({ manifests: [attestation, { digest: digest(one), platform }] });
      pages = {
        '/v2/acme/pay/manifests/1.0.0': { body: index },
        [`/v2/acme/pay/manifests/${digest(one)}`]: { body: one },
        [`/v2/acme/pay/blobs/${digest(settings)}`]: { body: settings },
      };
      return { settings, one, index };
    };

    it('are believed by their label, through index and manifest', async () => {
      stored({ 'io.modelcontextprotocol.server.name': NAME });
      expect(await state(image())).toBe('proven');
      expect(await state(image('acme/pay:1.0.0'))).toBe('proven');
      stored({ 'io.modelcontextprotocol.server.name': 'com.other/x' });
      expect(await state(image())).toBe('failed');
      stored({});
      expect(await state(image())).toBe('failed');
    });

    it('are read with the token that the registry asks for', async () => {
      stored({ 'io.modelcontextprotocol.server.name': NAME });
      const guarded = Object.entries(pages).map(([at, page]) => {
        const handler: RawHandler = (request, response) => {
          if (request.headers.authorization === 'Bearer anonymous') response.end((page as { body: string }).body);
          else {
            const challenge = `Bearer realm="${other.origin}/token",service="images",scope="everything"`;
            response.writeHead(401, { 'www-authenticate': challenge }).end();
          }
        };
        return [at, handler] as const;
      });
      const tokenAt = `/token?service=images&scope=${encodeURIComponent('repository:acme/pay:pull')}`;
      pages = { ...Object.fromEntries(guarded), [tokenAt]: json({ token: 'anonymous' }) };
      expect(await state(image())).toBe('proven');
    });

    it('send no token request to a host that is not listed', async () => {
      const challenge = 'Bearer realm="http://127.0.0.1:1/token"';
      pages = {
        '/v2/acme/pay/manifests/1.0.0': { status: 401, headers: { 'www-authenticate': challenge }, body: '' },
      };
      expect((await check(image())).proofs[0]).toMatchObject({
        state: 'unknown',
        message: expect.stringContaining('not an allowed host'),
      });
    });

    it('are followed to listed blob stores, and believed by digest only', async () => {
      const { settings } = stored({ 'io.modelcontextprotocol.server.name': NAME });
      const at = `/v2/acme/pay/blobs/${digest(settings)}`;
      const moved = { status: 307, headers: { location: `${other.origin}/blob` }, body: '' };
      pages = { ...pages, [at]: moved, '/blob': { body: settings } };
      expect(await state(image())).toBe('proven');
      pages['/blob'] = { body: settings.replace('{', '{ ') };
      expect((await check(image())).proofs[0]).toMatchObject({
        state: 'unknown',
        message: expect.stringContaining('digest'),
      });
    });

    it('are an error when the registry limits requests', async () => {
      pages = { '/v2/acme/pay/manifests/1.0.0': { status: 429, body: '' } };
      const { problems, proofs } = await check(image());
      expect([proofs[0]?.state, problems[0]?.severity]).toEqual(['unknown', 'error']);
    });

    it.each([
      'images.example/acme/pay',
      'elsewhere.example/acme/pay:1',
      'images.example/acme/../x:1',
      'images.example/Acme/pay:1',
      'images.example/acme/pay@sha256:12',
      'images.example/acme/pay:1?x=y',
    ])('are not named by %j', async (identifier) => expect(await state(image(identifier))).toBe('failed'));
  });

  describe('bundles', () => {
    const bundle = (identifier: string, fileSha256 = SHA) => ({ registryType: 'mcpb', identifier, fileSha256 });
    const good = 'https://code.example/acme/pay-mcp/releases/download/v1/pay.mcpb';

    it('are release files at an allowed place', async () => expect(await state(bundle(good))).toBe('proven'));

    it.each([
      good.replace('https:', 'http:'),
      good.replace('code.example', 'user:pass@code.example'),
      good.replace('/acme/', '/other/'),
      good.replace('/acme/', '/acme/../other/'),
      good.replace('/acme/', '/acme/%2e%2e/other/'),
      good.replace('releases', 'raw'),
      'https://code.example/acme/pay/releases/download/v1/pay.zip',
      'https://code.example.evil.example/acme/mcp/releases/x',
    ])('are not %j', async (identifier) => expect(await state(bundle(identifier))).toBe('failed'));
  });

  describe('a hostile registry', () => {
    const at = '/@acme%2Fpay/1.0.0';
    const proof = async (more: JsonObject = {}) => (await check(npm(more))).proofs[0];

    it('is not followed anywhere', async () => {
      pages = {
        [at]: { status: 302, headers: { location: `${host.origin}/x` }, body: '' },
        '/x': json({ mcpName: NAME }),
      };
      expect(await proof()).toMatchObject({ state: 'unknown' });
      expect(host.requests.some((request) => request.path === '/x')).toBe(false);
    });

    it('cannot make us hold more than 5 MiB', async () => {
      pages = {
        [at]: async (_request, response) => {
          response.writeHead(200);
          const part = Buffer.alloc(64 * 1024, 0x20);
          while (!response.destroyed) {
            if (!response.write(part))
              await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
          }
        },
      };
      expect(await proof()).toMatchObject({ state: 'unknown', message: expect.stringContaining('bytes') });
    });

    it('cannot send a compressed answer, or none that is JSON', async () => {
      pages = { [at]: { headers: { 'content-encoding': 'gzip' }, body: 'x' } };
      expect(await proof()).toMatchObject({ state: 'unknown', message: expect.stringContaining('compressed') });
      for (const body of ['', '[]', 'null', '{', `[${'['.repeat(100_000)}`]) {
        pages = { [at]: { body } };
        expect(await proof()).toMatchObject({ state: 'unknown' });
      }
    });

    it('that answers with another address the second time is dialled where it was checked, or not at all', async () => {
      const registryBaseUrl = `http://registry.example:${port(host)}/`;
      let asked = 0;
      zone['registry.example'] = () => ({ a: [asked++ === 0 ? '127.0.0.1' : '10.0.0.1'] });
      pages = { [at]: json({ mcpName: NAME }) };
      expect(await proof({ registryBaseUrl })).toMatchObject({ state: 'proven' });
      expect(await proof({ registryBaseUrl })).toMatchObject({
        state: 'unknown',
        message: expect.stringContaining('network policy'),
      });
    });

    it.each(['http://[64:ff9b::7f00:1]/'])('at %s is not dialled', async (registryBaseUrl) => {
      expect(await proof({ registryBaseUrl })).toMatchObject({
        state: 'unknown',
        message: expect.stringContaining('network policy'),
      });
    });

    it('with a decimal address is judged by what that address is', async () => {
      expect(await proof({ registryBaseUrl: 'http://2130706433:1/' })).toMatchObject({
        state: 'unknown',
        message: expect.stringContaining('127.0.0.1:1'),
      });
    });
  });

  describe('the policy of the organization', () => {
    it('off asks nobody', async () => {
      await policy('off');
      const before = host.requests.length;
      expect(await check(npm())).toEqual({ problems: [], proofs: [] });
      expect(host.requests.length).toBe(before);
    });

    it('warn reports without stopping', async () => {
      await policy('warn');
      pages = { '/@acme%2Fpay/1.0.0': json({}) };
      expect((await check(npm())).problems).toEqual([
        { path: 'packages[0].identifier', message: expect.stringContaining('mcpName'), severity: 'warning' },
      ]);
    });

    it('enforce refuses a publication with every problem', async () => {
      const ctx = plane.get(Runtime).systemContext(acme.id);
      const demand = () => plane.get(PackageProofs).demand(ctx, manifest(npm(), readme('pypi')));
      await expect(demand()).rejects.toMatchObject({
        code: 'PACKAGE_UNPROVEN',
        details: { issues: [{ path: 'packages[0].identifier' }, { path: 'packages[1].identifier' }] },
      });
      await policy('warn');
      expect((await demand()).problems).toHaveLength(2);
    });

    it('enforce takes a type nobody can be asked about for an error', async () => {
      const { problems, proofs } = await check({ registryType: 'conda', identifier: 'x' });
      expect([proofs[0]?.state, problems[0]?.severity]).toEqual(['unknown', 'error']);
    });

    it('asks about twenty packages at most', async () => {
      const before = host.requests.length;
      const { problems } = await check(...Array.from({ length: 21 }, () => npm()));
      expect([problems[0]?.severity, host.requests.length]).toEqual(['error', before]);
    });
  });
});
