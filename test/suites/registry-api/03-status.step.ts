import { expect, it } from '@jest/globals';
import { INVOICES } from './01-publish.step.js';
import { type Item, mayRun, official } from './catalogue.client.js';
import type { Story } from './story.js';

/** A publisher deprecates, deletes and restores; followers of changes hear of it. */
export function publishersSetTheStatus(story: Story): void {
  const { installation } = story;
  const path = `/v0.1/servers/${encodeURIComponent(INVOICES)}`;
  const set = (version: string, body: object) =>
    installation.http('releases', `${path}/versions/${version}/status`, { method: 'PATCH', body });
  const get = async (route: string) => (await fetch(`${story.catalogue}${route}`)).json() as Promise<unknown>;

  it('deprecates a version with a message that clients show', async () => {
    const done = await set('1.0.0', { status: 'deprecated', statusMessage: 'Use 1.1.0.' });
    expect(done.status).toBe(200);
    const item = (await get(`${path}/versions/1.0.0`)) as Item;
    expect(official(item)).toMatchObject({ status: 'deprecated', statusMessage: 'Use 1.1.0.' });
  });

  it('deletes the newest: the one before is the latest, and a follower sees the tombstone', async () => {
    const before = new Date(Date.now() - 1_000).toISOString();
    expect((await set('1.1.0', { status: 'deleted' })).status).toBe(200);
    expect(await mayRun(story.catalogue, INVOICES, '1.1.0')).toBe(false);
    expect(await get(`${path}/versions/latest`)).toMatchObject({ server: { version: '1.0.0' } });
    const since = (await get(`/v0.1/servers?updated_since=${before}`)) as { servers: Item[] };
    const changed = since.servers.map((item) => `${item.server.version} ${official(item)?.status}`);
    expect(changed).toContain('1.1.0 deleted');
  });

  it('restores it, and refuses a status that it has already', async () => {
    expect((await set('1.1.0', { status: 'active' })).status).toBe(200);
    expect((await set('1.1.0', { status: 'active' })).status).toBe(400);
    expect(await get(`${path}/versions/latest`)).toMatchObject({ server: { version: '1.1.0' } });
  });
}
