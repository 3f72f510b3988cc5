import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ExportService } from '@rollcall/exports';
import { LIFECYCLE_STATES } from '@rollcall/lifecycle';
import { type ApprovedServer, admits, clientEntries, type ManagedSettings, registryView } from '@rollcall/outputs';
import { manifestOf, type OrganizationSeed, type PersonSeed, seed } from '@rollcall/testing';
import fc from 'fast-check';
import { parseAllDocuments } from 'yaml';
import { type RunningApi, startApi } from '../../test/running-api.js';

type Item = { server: { name: string; version: string } };

describe('exports', () => {
  let api: RunningApi;
  let acme: OrganizationSeed;
  let admin: string;
  let owner: PersonSeed;
  let outsider: string;
  const names = ['ledger', 'mailer', 'search'].map((part) => `com.acme.payments/${part}`);

  beforeAll(async () => {
    api = await startApi();
    acme = await seed(api).organization('acme');
    const team = await acme.team('payments');
    owner = await team.maintainer('olivia');
    admin = await (await acme.admin('ada')).token();
    outsider = await (await (await acme.team('marketing')).maintainer('oscar')).token();
    for (const name of names) {
      for (const version of ['1.0.0', '2.0.0']) {
        const remotes = [{ type: 'streamable-http', url: `https://mcp.example.com/${name}/${version}` }];
        await owner.publishes(name, version, { manifest: manifestOf(name, version, { remotes }) });
      }
    }
  });
  afterAll(() => api?.close());

  const settingsOf = async (query = ''): Promise<ManagedSettings> =>
    (await (await api.fetch(`/exports/v1/managed-settings.json${query}`, admin)).json()) as ManagedSettings;

  it('agree with each other and with the registry API, whatever the states of the fleet', async () => {
    const versions = await api.prisma.serverVersion.findMany({ where: { organizationId: acme.id } });
    const fleet = fc.array(fc.record({ state: fc.constantFrom(...LIFECYCLE_STATES), held: fc.boolean() }), {
      minLength: versions.length,
      maxLength: versions.length,
    });
    await fc.assert(
      fc.asyncProperty(fleet, async (states) => {
        for (const [index, { state, held }] of states.entries()) {
          // no step of the lifecycle leads to every combination: the outputs must agree on all of them
          const data = { state, quarantineReason: held ? 'held' : null };
          await api.prisma.serverVersion.update({ where: { id: versions[index]?.id ?? '' }, data });
        }
        const listed = (await (await api.fetch('/v0.1/servers?limit=100', admin)).json()) as { servers: Item[] };
        const lines = listed.servers.map(({ server }) => `${server.name}@${server.version}`);
        const servers: ApprovedServer[] = [];
        const pages = api.get(ExportService).all(acme.system(), { tools: false });
        for await (const page of pages) servers.push(...page);
        expect(registryView({ organization: acme.id, servers }).map((one) => `${one.name}@${one.version}`)).toEqual(
          lines,
        );

        const settings = await settingsOf();
        for (const version of versions) {
          const [entry] = clientEntries(version.manifest as never).entries;
          const shown = lines.includes(`${version.serverName}@${version.version}`);
          expect(entry !== undefined && admits(settings, entry)).toBe(shown);
        }
        const yaml = await (await api.fetch('/exports/v1/backstage.yaml', admin)).text();
        const entities = parseAllDocuments(yaml).map((one) => one.toJS());
        const shown = new Set(lines.map((line) => line.slice(0, line.lastIndexOf('@'))));
        const apis = entities.filter((one) => one?.kind === 'API');
        expect(apis.map((one) => one.metadata.annotations['dev.rollcall/server'])).toEqual([...shown]);
        for (const name of shown) {
          const page = await api.fetch(`/exports/v1/servers/${encodeURIComponent(name)}/page.md`, admin);
          expect(await page.text()).toContain(`\`${name}\``);
        }
      }),
      { numRuns: 12 },
    );
  });

  it('allow the gateway and nothing else when that is the way in, and say when its address is not known', async () => {
    const refused = await api.fetch('/exports/v1/managed-settings.json?access=gateway', admin);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ nextStep: 'Set ROLLCALL_GATEWAY_PUBLIC_URL.' });
    expect((await api.fetch('/exports/v1/managed-settings.json?access=all', admin)).status).toBe(400);
  });

  it('give lists of the whole organization only to who may export them, and pages to who sees the server', async () => {
    const paths = ['managed-settings.json', 'backstage.yaml', `servers/${names[0]}/page.md`].map(
      (one) => `/exports/v1/${one}`,
    );
    const statuses = async (token: string | null) =>
      Promise.all(paths.map(async (path) => (await api.fetch(path, token)).status));
    expect(await statuses(null)).toEqual([401, 401, 401]);
    expect(await statuses(admin)).toEqual([200, 200, 200]);
    expect(await statuses(await owner.token())).toEqual([403, 403, 200]);
    expect(await statuses(outsider)).toEqual([403, 403, 404]);
    const stranger = await (await (await seed(api).organization('other')).admin('mallory')).token();
    expect(await statuses(stranger)).toEqual([200, 200, 404]);
    const theirs = await api.fetch('/exports/v1/managed-settings.json', stranger);
    expect(await theirs.json()).toMatchObject({ allowedMcpServers: [], deniedMcpServers: [] });
  });
});
