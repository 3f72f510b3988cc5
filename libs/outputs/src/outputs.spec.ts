import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '@rollcall/kernel';
import { LIFECYCLE_STATES, type LifecycleState } from '@rollcall/lifecycle';
import fc from 'fast-check';
import { approvedServer, approvedVersion } from './approved-set.fixture.js';
import {
  type ApprovedSet,
  admits,
  backstageEntities,
  clientEntries,
  entityName,
  managedSettings,
  markdownPage,
  registryView,
  shownServers,
  usableVersions,
} from './index.js';

/** Fleets of any states, holds included. */
const anyApprovedSet: fc.Arbitrary<ApprovedSet> = fc
  .uniqueArray(
    fc.tuple(
      fc.integer({ min: 0, max: 9 }),
      fc.array(fc.record({ state: fc.constantFrom<LifecycleState>(...LIFECYCLE_STATES), quarantined: fc.boolean() }), {
        maxLength: 4,
      }),
    ),
    { selector: ([n]) => n, maxLength: 6 },
  )
  .map((servers) => ({
    organization: 'acme',
    servers: servers.map(([n, versions]) =>
      approvedServer(`com.acme/s${n}`, {
        versions: versions.map((one, index) => approvedVersion(`com.acme/s${n}`, `${index + 1}.0.0`, one)),
      }),
    ),
  }));

const acme = (...servers: ApprovedSet['servers']): ApprovedSet => ({ organization: 'acme', servers });
const direct = (set: ApprovedSet) => managedSettings(set, { kind: 'direct' }).settings;

describe('the outputs of one approved set', () => {
  it('agree: what the registry lists is what clients may reach, what the portal has and what has a page', () => {
    fc.assert(
      fc.property(anyApprovedSet, (set) => {
        const listed = new Set(registryView(set).map((line) => `${line.name}@${line.version}`));
        const settings = direct(set);
        for (const server of set.servers) {
          for (const version of server.versions) {
            const reachable = clientEntries(version.manifest).entries.some((entry) => admits(settings, entry));
            expect([version.version, reachable]).toEqual([
              version.version,
              listed.has(`${server.name}@${version.version}`),
            ]);
          }
        }
        const names = [...new Set(registryView(set).map((line) => line.name))].sort();
        expect(shownServers(set).map((server) => server.name)).toEqual(names);
        const apis = backstageEntities(set, { consoleUrl: null }).filter((entity) => entity['kind'] === 'API');
        expect(
          apis.map((entity) => (entity['metadata'] as { annotations: JsonObject }).annotations['dev.rollcall/server']),
        ).toEqual(names);
        for (const server of shownServers(set)) {
          for (const version of usableVersions(server))
            expect(markdownPage(server)).toContain(`\`${version.version}\``);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('managed settings', () => {
  it('allow nothing when nothing is approved: the key is there and empty', () => {
    expect(direct(acme())).toEqual({ allowManagedMcpServersOnly: true, allowedMcpServers: [], deniedMcpServers: [] });
  });

  it('deny what ended or is held, but never an address that a current version still uses', () => {
    const shared = { remotes: [{ type: 'streamable-http', url: 'https://x.example/mcp' }] };
    const server = approvedServer('com.acme/x', {
      versions: [
        approvedVersion('com.acme/x', '2.0.0', { manifest: shared }),
        approvedVersion('com.acme/x', '1.0.0', { state: 'decommissioned', manifest: shared }),
        approvedVersion('com.acme/x', '0.9.0', { quarantined: true }),
        approvedVersion('com.acme/x', '0.1.0', { state: 'draft' }),
      ],
    });
    expect(direct(acme(server))).toEqual({
      allowManagedMcpServersOnly: true,
      allowedMcpServers: [{ serverUrl: 'https://x.example/mcp' }],
      deniedMcpServers: [{ serverUrl: 'https://mcp.example.com/com.acme/x/0.9.0' }],
    });
  });

  it('name packages by the exact command that starts them, and leave out those whose arguments are the user’s', () => {
    const packages = [
      {
        registryType: 'npm',
        identifier: '@acme/x',
        version: '1.2.3',
        packageArguments: [
          { type: 'named', name: '--mode', value: 'ro' },
          { type: 'positional', value: 'here' },
        ],
      },
      { registryType: 'pypi', identifier: 'acme-x', version: '1.2.3' },
      {
        registryType: 'oci',
        identifier: 'images.example/acme/x:1.2.3',
        runtimeArguments: [{ type: 'named', name: '--network', value: 'none' }],
      },
      {
        registryType: 'npm',
        identifier: 'needs-a-key',
        version: '1.0.0',
        packageArguments: [{ type: 'named', name: '--key', isRequired: true }],
      },
      { registryType: 'mcpb', identifier: 'https://files.example/x.mcpb' },
    ];
    const server = approvedServer('com.acme/x', {
      versions: [approvedVersion('com.acme/x', '1.0.0', { manifest: { packages } })],
    });
    const { settings, unnamed } = managedSettings(acme(server), { kind: 'direct' });
    expect(settings.allowedMcpServers).toEqual([
      { serverCommand: ['docker', 'run', '-i', '--rm', '--network', 'none', 'images.example/acme/x:1.2.3'] },
      { serverCommand: ['npx', '-y', '@acme/x@1.2.3', '--mode', 'ro', 'here'] },
      { serverCommand: ['uvx', 'acme-x==1.2.3'] },
    ]);
    expect(unnamed.map((one) => one.package)).toEqual(['npm:needs-a-key', 'mcpb:https://files.example/x.mcpb']);
  });

  it('let clients reach the gateway and nothing else when that is the way in', () => {
    const settings = managedSettings(acme(approvedServer('com.acme/x')), {
      kind: 'gateway',
      gatewayUrls: ['https://gw.example/mcp/'],
    }).settings;
    expect(admits(settings, { serverUrl: 'https://gw.example/mcp' })).toBe(true);
    expect(admits(settings, { serverUrl: 'https://gw.example/mcp/finance' })).toBe(true);
    expect(admits(settings, { serverUrl: 'https://gw.example.evil.example/mcp' })).toBe(false);
    expect(admits(settings, { serverUrl: 'https://mcp.example.com/com.acme/x/1.0.0' })).toBe(false);
    expect(admits(settings, { serverCommand: ['npx', 'x'] })).toBe(false);
  });

  it('name a URL with variables by a wildcard', () => {
    const manifest = { remotes: [{ type: 'sse', url: 'https://{tenant}.x.example/mcp' }] };
    const server = approvedServer('com.acme/x', { versions: [approvedVersion('com.acme/x', '1.0.0', { manifest })] });
    const settings = direct(acme(server));
    expect(settings.allowedMcpServers).toEqual([{ serverUrl: 'https://*.x.example/mcp' }]);
    expect(admits(settings, { serverUrl: 'https://blue.x.example/mcp' })).toBe(true);
    expect(admits(settings, { serverUrl: 'https://x.example/mcp' })).toBe(false);
  });
});

describe('Backstage entities', () => {
  it('carry owner, lifecycle and the way forward, and the owner is an entity too', () => {
    const successor = { server: 'com.acme/y', version: '2.0.0' };
    const version = approvedVersion('com.acme/x', '1.0.0', {
      state: 'deprecated',
      sunsetAt: '2027-01-01T00:00:00.000Z',
      successor,
    });
    const [group, api] = backstageEntities(acme(approvedServer('com.acme/x', { versions: [version] })), {
      consoleUrl: 'https://rollcall.example/',
    });
    expect(group).toMatchObject({
      kind: 'Group',
      metadata: { name: 'payments' },
      spec: { type: 'team', children: [] },
    });
    expect(api).toMatchObject({
      apiVersion: 'backstage.io/v1alpha1',
      kind: 'API',
      metadata: {
        name: 'com.acme_x',
        annotations: {
          'dev.rollcall/successor': 'com.acme/y@2.0.0',
          'dev.rollcall/sunset-at': '2027-01-01T00:00:00.000Z',
        },
        links: [{ url: 'https://rollcall.example/servers/com.acme%2Fx' }],
      },
      spec: { type: 'mcp-server', lifecycle: 'deprecated', owner: 'group:default/payments' },
    });
  });

  it('have names the catalogue accepts, different for different servers', () => {
    const part = fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,80}[a-zA-Z0-9]$/);
    const namespace = fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9.-]{0,80}[a-zA-Z0-9]$/);
    const name = fc.tuple(namespace, part).map((parts) => parts.join('/'));
    fc.assert(
      fc.property(name, name, (a, b) => {
        for (const one of [a, b]) expect(entityName(one)).toMatch(/^(?=.{1,63}$)[a-zA-Z0-9]+([-_.][a-zA-Z0-9]+)*$/);
        expect(entityName(a) === entityName(b)).toBe(a === b);
      }),
      { numRuns: 500 },
    );
    expect(entityName('a.b/c.d')).not.toBe(entityName('a.b.c/d'));
  });
});

describe('a catalogue page', () => {
  it('says who, which, how to connect and what it can do', () => {
    const tools = [
      {
        name: 'pay',
        description: 'Pays.',
        inputSchema: { type: 'object', properties: { to: { type: 'string', description: 'Whom.' } }, required: ['to'] },
      },
      { name: 'look', annotations: { readOnlyHint: true }, inputSchema: { type: 'object' } },
    ];
    const page = markdownPage(
      approvedServer('com.acme/x', {
        title: 'X',
        contact: 'https://wiki.example/x',
        tools,
        versions: [approvedVersion('com.acme/x', '1.0.0', { isLatest: true })],
      }),
    );
    expect(page).toContain('# X\n');
    expect(page).toContain('| Owner | Payments |');
    expect(page).toContain('- `https://mcp.example.com/com.acme/x/1.0.0`');
    expect(page).toContain(
      '### `pay`\n\nPays.\n\nMay destroy something.\n\n| Argument | Type | Required | Meaning |\n|---|---|---|---|\n| `to` | string | yes | Whom. |',
    );
    expect(page).toContain('### `look`\n\nReads only.');
  });

  it('shows foreign text as text: no markup, no HTML, no hidden characters, no broken table', () => {
    const evil = '<img src=x onerror=alert(1)> [click](javascript:x) **bold** | cell\n\n# heading\u202E\u200B `code`';
    const tools = [
      { name: '`|`x', description: evil, inputSchema: { properties: { 'a|b': { description: evil, type: evil } } } },
    ];
    const page = markdownPage(approvedServer('com.acme/x', { title: evil, description: evil, contact: evil, tools }));
    expect(page).not.toMatch(/<img|\]\(|\*\*bold|\u202E|\u200B/);
    expect(page).not.toMatch(/^# heading/m);
    for (const line of page.split('\n').filter((one) => one.startsWith('| '))) {
      const cells = line.replace(/\\\|/g, '').split('|').length - 2;
      expect([2, 4, 5]).toContain(cells);
    }
  });
});
