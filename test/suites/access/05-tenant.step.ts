import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { BASKET } from './02-namespace.step.js';
import type { AccessStory } from './story.js';

/** A second organization in the same database: neither sees that the other is there. */
export function anotherTenantSeesNothing(story: AccessStory): void {
  it('is set up beside the first one, with an administrator and keys of its own', async () => {
    const issued = await story.bootstrap('--organization', 'tenant', '--name', 'A tenant');
    story.tokens['stranger'] = String(issued.tokens['admin']);
    expect(existsSync(path.join(story.dir, 'trust', 'root-tenant.json'))).toBe(true);
    const me = (await story.done('stranger', 'whoami')) as { viewer: { organization: { name: string } } };
    expect(me.viewer.organization.name).toBe('A tenant');
  });

  it('sees no server, no person, no event and no namespace of the first', async () => {
    expect(await story.done('stranger', 'servers', 'list')).toEqual({ servers: [] });
    expect((await story.json('stranger', 'servers', 'show', BASKET)).error?.code).toBe('NOT_FOUND');
    const people = (await story.done('stranger', 'people', 'list')) as { people: { handle: string }[] };
    expect(people.people.map((one) => one.handle)).not.toContain('mia');
    const query = `{ namespaces { name } auditEvents(first: 100) { edges { node { actorHandle subject } } } }`;
    const { data } = await story.graphql<{ namespaces: unknown[] }>('stranger', query);
    expect(data.namespaces).toEqual([]);
    expect(JSON.stringify(data)).not.toContain('orders');
  });

  it('reads and writes nothing of the first by its address or its ids', async () => {
    const id = await versionId(story);
    const query = 'query ($ref: VersionRef!) { version(ref: $ref) { version } }';
    const byId = await story.graphql<{ version: object | null } | null>('stranger', query, { ref: { byId: id } });
    expect(JSON.stringify(byId)).toContain('NOT_FOUND');
    expect((await story.http('stranger', '/o/acme/v0.1/servers')).status).toBeGreaterThanOrEqual(400);
    const quarantine = await story.json('stranger', 'quarantine', `${BASKET}@1.0.0`, '--reason', 'Mine now.');
    expect(quarantine.error?.code).toBe('NOT_FOUND');
    // who names no organization is asked for one, now that there are two
    const body = { domain: 'orders.example', timestamp: new Date().toISOString(), signed_timestamp: '00' };
    const unnamed = await story.http(null, '/v0.1/auth/dns', { method: 'POST', body });
    expect(unnamed.status).toBeGreaterThanOrEqual(400);
    expect(JSON.stringify(await unnamed.json())).toContain('/o/');
  });

  it('may use the same names for things of its own', async () => {
    await story.done('stranger', 'namespaces', 'claim', 'example.orders', '--team', 'platform');
    await story.done('stranger', 'publish', story.manifest(BASKET, '9.0.0', {}), '--contact', 'them@tenant.example');
    const mine = (await story.done('mia', 'servers', 'show', BASKET)) as { versions: { version: string }[] };
    expect(mine.versions.map((one) => one.version)).not.toContain('9.0.0');
    for (const person of ['admin', 'stranger']) {
      expect((await story.json(person, 'audit', 'verify')).exit).toBe(0);
    }
  });
}

async function versionId(story: AccessStory): Promise<string> {
  const query = 'query ($ref: VersionRef!) { version(ref: $ref) { id } }';
  const ref = { byName: { server: BASKET, version: '1.0.0' } };
  return (await story.graphql<{ version: { id: string } }>('mia', query, { ref })).data.version.id;
}
