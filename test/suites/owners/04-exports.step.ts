import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { serverJson } from '../installation.js';
import { LEDGER, LEDGER_URL, type OwnersStory, PAYMENTS } from './story.js';

type Entity = { kind: string; metadata: { name: string; annotations?: object }; spec: { type: string; owner: string } };

/** What is approved, and only that, in the formats of clients and portals. */
export function otherProgramsAreTold(story: OwnersStory): void {
  const read = async (person: string, name: string, ...command: string[]) => {
    const file = path.join(story.dir, name);
    await story.done(person, 'export', ...command, '-o', file);
    return readFileSync(file, 'utf8');
  };

  it('allows nothing while nothing is approved', async () => {
    const settings = JSON.parse(await read('admin', 'none.json', 'managed-settings'));
    expect(settings).toMatchObject({ allowManagedMcpServersOnly: true, allowedMcpServers: [] });
  });

  it('allows clients the address of what is in the catalogue', async () => {
    const policy = story.file('policy.json', { publication: 'direct' });
    await story.done('admin', 'policy', 'set', policy, '--reason', 'The ledger is only listed.');
    const remotes = [{ type: 'streamable-http', url: LEDGER_URL }];
    const body = serverJson(LEDGER, '1.0.0', { remotes, description: 'Keeps <b>the</b> books.' });
    expect((await story.http('ci', '/v0.1/publish', { method: 'POST', body })).status).toBe(200);
    const settings = JSON.parse(await read('admin', 'settings.json', 'managed-settings'));
    expect(settings['allowedMcpServers']).toEqual([{ serverUrl: LEDGER_URL }]);
    expect((await story.json('ci', 'export', 'managed-settings')).exit).toBe(3);
  });

  it('describes it to a developer portal, and on a page that shows text as text', async () => {
    const entities = parseAllDocuments(await read('admin', 'backstage.yaml', 'backstage')).map(
      (document) => document.toJSON() as Entity,
    );
    const apis = entities.filter((one) => one.kind === 'API');
    expect(apis).toHaveLength(1);
    expect(apis[0]).toMatchObject({ spec: { type: 'mcp-server', lifecycle: 'production' } });
    expect(JSON.stringify(apis)).not.toContain(PAYMENTS);
    const page = await read('owner', 'ledger.md', 'page', LEDGER);
    expect(page).toContain(LEDGER_URL);
    expect(page).not.toContain('<b>');
    expect((await story.json('outsider', 'export', 'page', LEDGER)).error?.code).toBe('NOT_FOUND');
  });
}
