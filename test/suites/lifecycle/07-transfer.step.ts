import { expect, it } from '@jest/globals';
import { GREETER, type LifecycleStory } from './story.js';

const RENAMED = 'com.acme.marketing/greeter';

/** A server changes hands when both sides want it, and goes on under a name of its new owner. */
export function theServerChangesOwnerAndName(story: LifecycleStory): void {
  it('is offered, and belongs to the other team when that accepts', async () => {
    const asked = ['transfer', 'request', GREETER, '--to', 'marketing', '--reason', 'They run it anyway.'];
    const { transfer } = (await story.done('owner', ...asked)) as { transfer: { id: string; status: string } };
    expect(transfer.status).toBe('pending');
    expect((await story.json('owner', 'transfer', 'accept', transfer.id)).exit).not.toBe(0);
    await story.done('outsider', 'transfer', 'accept', transfer.id);
    const shown = (await story.done('outsider', 'servers', 'show', GREETER)) as { team: { slug: string } };
    expect(shown.team.slug).toBe('marketing');
    expect((await story.json('owner', 'servers', 'show', GREETER)).error?.code).toBe('NOT_FOUND');
  });

  it('goes on under another name; nothing more is published under the old one', async () => {
    await story.done('admin', 'namespaces', 'claim', 'com.acme.marketing', '--team', 'marketing');
    await story.done('outsider', 'rename', GREETER, RENAMED, '--alias', 'frontdesk');
    const old = story.manifest(GREETER, '2.1.0', { remotes: [{ type: 'streamable-http', url: 'https://a.example' }] });
    const refused = await story.json('outsider', 'publish', old);
    expect([refused.exit, refused.error?.nextStep]).toEqual([2, expect.stringContaining(RENAMED)]);
    const query = 'query ($ref: ServerRef!) { server(ref: $ref) { renamedTo { name } } }';
    const { data } = await story.graphql<object>('outsider', query, { ref: { byName: GREETER } });
    expect(data).toEqual({ server: { renamedTo: { name: RENAMED } } });
    const next = story.manifest(RENAMED, '2.1.0', { remotes: [{ type: 'streamable-http', url: 'https://a.example' }] });
    await story.done('outsider', 'publish', next, '--contact', 'marketing@acme.example');
  });

  it('is all on the audit log, and the log verifies', async () => {
    expect((await story.json('admin', 'audit', 'verify')).exit).toBe(0);
  });
}
