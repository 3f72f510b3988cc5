import { expect, it } from '@jest/globals';
import { EVERYTHING, MEMORY, PAYMENTS, realVersion, type World } from './world.js';

type Seen = { version: { inspections: { era: string; protocolVersion: string; outcome: string }[] } };

/** Namespaces are claimed, every server is published, and the worker sees the real ones. */
export function serversArePublishedAndInspected(world: World): void {
  it('refuses to publish under a namespace that nobody owns', async () => {
    const file = world.manifest('com.stranger/thing', '1.0.0', {});
    const refused = await world.json('ci', 'publish', file);
    expect(refused.exit).toBe(2);
    expect(refused.error?.code).toBe('NAMESPACE_NOT_OWNED');
    expect(refused.error?.nextStep).toContain('namespaces claim');
  });

  it('publishes the three versions of our own server and two published servers, and inspects each', async () => {
    await world.done('admin', 'namespaces', 'claim', 'com.acme.payments', '--team', 'payments');
    await world.done('admin', 'namespaces', 'claim', 'com.acme.tools', '--team', 'tools');
    for (const version of ['1.0.0', '1.1.0', '2.0.0']) {
      const remotes = [{ type: 'streamable-http', url: world.paymentsUrl(version) }];
      const file = world.manifest(PAYMENTS, version, { remotes });
      await world.done('ci', 'publish', file, '--alias', 'payments', '--contact', 'payments@acme.example', '--wait');
    }
    const everything = world.manifest(EVERYTHING, realVersion, {
      remotes: [{ type: 'streamable-http', url: world.everythingUrl }],
    });
    await world.done('admin', 'publish', everything, '--contact', 'tools@acme.example', '--wait');
    const memory = world.manifest(MEMORY, realVersion, {
      packages: [
        {
          registryType: 'npm',
          identifier: '@modelcontextprotocol/server-memory',
          version: realVersion,
          transport: { type: 'stdio' },
        },
      ],
    });
    await world.done('admin', 'publish', memory, '--contact', 'tools@acme.example');
  });

  it('sees one server in the 2026-07-28 era and the published one in the older', async () => {
    expect((await seen(world, PAYMENTS, '1.0.0')).era).toBe('modern');
    const everything = await seen(world, EVERYTHING, realVersion);
    expect([everything.era, everything.outcome]).toEqual(['legacy', 'healthy']);
  });
}

async function seen(world: World, server: string, version: string) {
  const query = `query ($ref: VersionRef!) { version(ref: $ref) { inspections { era protocolVersion outcome } } }`;
  const { data } = await world.graphql<Seen>('admin', query, { ref: { byName: { server, version } } });
  const [newest] = data.version.inspections;
  if (!newest) throw new Error(`${server}@${version} was not inspected`);
  return newest;
}
