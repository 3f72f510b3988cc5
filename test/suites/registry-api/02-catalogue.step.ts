import { expect, it } from '@jest/globals';
import { INVOICES, LEDGER } from './01-publish.step.js';
import { browseLikeAnEditor, mayRun } from './catalogue.client.js';
import type { Story } from './story.js';

/** Clients that cannot send credentials read one path that cannot be guessed, and nothing else. */
export function clientsReadTheCatalogue(story: Story): void {
  const { installation } = story;

  it('opens a path for clients without credentials', async () => {
    expect((await installation.http(null, '/v0.1/servers')).status).toBe(401);
    const { data } = await installation.graphql<{ catalogueKeyRotate: { access: { path: string } } }>(
      'admin',
      'mutation { catalogueKeyRotate { access { path } errors { code } } }',
    );
    story.catalogue = `${installation.apiUrl}${data.catalogueKeyRotate.access.path}`;
  });

  it('is walked by an editor, page by page', async () => {
    const found = await browseLikeAnEditor(story.catalogue, 1);
    expect(found.map(({ server }) => `${server.name}@${server.version}`)).toEqual([
      `${INVOICES}@1.1.0`,
      `${LEDGER}@1.0.0`,
    ]);
    // who owns what is the business of members
    expect(JSON.stringify(found)).not.toContain('dev.rollcall/registry');
  });

  it('tells an agent host what may run', async () => {
    expect(await mayRun(story.catalogue, INVOICES, '1.0.0')).toBe(true);
    expect(await mayRun(story.catalogue, 'com.stranger/thing', '1.0.0')).toBe(false);
  });

  it('answers 304 to who has seen the page, and 404 under every other key', async () => {
    const first = await fetch(`${story.catalogue}/v0.1/servers`);
    const headers = { 'if-none-match': first.headers.get('etag') ?? '' };
    const second = await fetch(`${story.catalogue}/v0.1/servers`, { headers });
    expect([second.status, await second.text()]).toEqual([304, '']);
    expect((await fetch(`${story.catalogue}x/v0.1/servers`)).status).toBe(404);
  });
}
