import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { eventually } from '../child-processes.js';
import { INVOICES, LEDGER } from './01-publish.step.js';
import { browseLikeAnEditor, type Item, official } from './catalogue.client.js';
import type { Story } from './story.js';
import { startUpstreamRegistry, type UpstreamRegistry } from './upstream.server.js';

type Mirrors = { mirrors: { name: string; versionCount: number; error: unknown; fullAt: string | null }[] };

/** Servers of other registries stand beside the own ones; the own name wins, then the mirror that comes first. */
export function anotherRegistryIsMirrored(story: Story): void {
  const { installation } = story;
  let near: UpstreamRegistry;
  let far: UpstreamRegistry;
  beforeAll(async () => {
    [near, far] = [await startUpstreamRegistry(), await startUpstreamRegistry()];
  });
  afterAll(() => Promise.all([near?.close(), far?.close()]));

  const shown = async () =>
    (await browseLikeAnEditor(story.catalogue, 2)).map(({ server }) => `${server.name}: ${server.description}`);
  const walked = (name: string, versions: number) =>
    eventually(
      async () => ((await installation.done('admin', 'mirrors', 'list')) as Mirrors).mirrors,
      (mirrors) => mirrors.some((one) => one.name === name && one.versionCount === versions && one.fullAt !== null),
    );

  it('merges both registries into the own list, in one order', async () => {
    near.set('org.example/search', 'Searches nearby.');
    near.set(LEDGER, 'Not the ledger of this organization.');
    far.set('org.example/search', 'Searches far away.');
    far.set('org.example/archive', 'Keeps things.');
    far.set('org.example/zebra', 'Counts stripes.');
    await installation.done('admin', 'mirrors', 'set', 'far', '--registry', far.url, '--precedence', '20');
    await installation.done('admin', 'mirrors', 'set', 'near', '--registry', near.url, '--precedence', '10');
    await walked('far', 3);
    await walked('near', 2);
    expect(await shown()).toEqual([
      `${INVOICES}: The ${INVOICES} server.`,
      `${LEDGER}: The ${LEDGER} server.`,
      'org.example/archive: Keeps things.',
      'org.example/search: Searches nearby.',
      'org.example/zebra: Counts stripes.',
    ]);
  });

  it('follows changes when it is asked to', async () => {
    far.set('org.example/archive', 'Keeps everything.');
    far.set('org.example/zebra', 'Counts stripes.', 'deleted');
    await installation.done('admin', 'mirrors', 'sync', 'far');
    const servers = await eventually(shown, (now) => now.includes('org.example/archive: Keeps everything.'));
    expect(servers).not.toContain('org.example/zebra: Counts stripes.');
  });

  it('leaves tombstones for followers when a mirror is removed', async () => {
    await installation.done('admin', 'mirrors', 'remove', 'near');
    await eventually(shown, (now) => now.includes('org.example/search: Searches far away.'));
    const since = new Date(Date.now() - 3_600_000).toISOString();
    const answer = await fetch(`${story.catalogue}/v0.1/servers?limit=100&updated_since=${since}`);
    const { servers } = (await answer.json()) as { servers: Item[] };
    const states = Object.fromEntries(servers.map((item) => [item.server.name, official(item)?.status]));
    expect(states).toMatchObject({ 'org.example/zebra': 'deleted', 'org.example/search': 'active' });
  });
}
