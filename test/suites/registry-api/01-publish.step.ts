import { expect, it } from '@jest/globals';
import { serverJson } from '../installation.js';
import type { Item } from './catalogue.client.js';
import { official } from './catalogue.client.js';
import type { Story } from './story.js';

/** Names of the story. */
export const INVOICES = 'com.acme.payments/invoices';
export const LEDGER = 'com.acme.payments/ledger';

/** A pipeline publishes with a token that can do nothing else, and what it publishes is there at once. */
export function aPipelinePublishes({ installation }: Story): void {
  const publish = (person: string | null, body: unknown) =>
    installation.http(person, '/v0.1/publish', { method: 'POST', body });

  it('gives a pipeline a token for publishing', async () => {
    const policy = installation.file('policy.json', { publication: 'direct' });
    await installation.done('admin', 'policy', 'set', policy, '--reason', 'The catalogue fills itself.');
    await installation.done('admin', 'namespaces', 'claim', 'com.acme.payments', '--team', 'payments');
    const scopes = ['--scope', 'server.read', '--scope', 'version.publish'];
    const made = await installation.done('admin', 'tokens', 'create', 'releases', '--for', 'ci', ...scopes);
    installation.tokens['releases'] = String(made['token']);
  });

  it('publishes versions that are active at once, and the same one again without a change', async () => {
    const remotes = [{ type: 'streamable-http', url: 'https://invoices.acme.example/mcp' }];
    for (const version of ['1.0.0', '1.1.0']) {
      const done = await publish('releases', serverJson(INVOICES, version, { remotes }));
      expect(done.status).toBe(200);
      expect(official((await done.json()) as Item)).toMatchObject({ status: 'active', isLatest: true });
    }
    expect((await publish('releases', serverJson(INVOICES, '1.1.0', { remotes }))).status).toBe(200);
    expect((await publish('releases', serverJson(LEDGER, '1.0.0'))).status).toBe(200);
    const other = await publish('releases', { ...serverJson(INVOICES, '1.1.0', { remotes }), description: 'Changed.' });
    expect([other.status, await codeOf(other)]).toEqual([400, 'VERSION_CONFLICT']);
  });

  it('lets nobody publish without credentials, under the name of others, or what is not valid', async () => {
    expect((await publish(null, serverJson(INVOICES, '2.0.0'))).status).toBe(401);
    expect((await publish('releases', serverJson('com.stranger/thing', '1.0.0'))).status).toBe(403);
    const broken = { ...serverJson(INVOICES, '2.0.0'), description: '' };
    expect((await publish('releases', broken)).status).toBe(422);
    const report = await installation.http(null, '/v0.1/validate', { method: 'POST', body: broken });
    expect(await report.json()).toMatchObject({ valid: false, issues: [{ severity: 'error' }] });
    const fine = await installation.http(null, '/v0.1/validate', {
      method: 'POST',
      body: serverJson(INVOICES, '2.0.0'),
    });
    expect(await fine.json()).toMatchObject({ valid: true });
    // the token of the pipeline is for publishing and nothing else
    const refused = await installation.http('releases', '/audit/v1/export');
    expect(refused.status).toBe(403);
  });
}

const codeOf = async (response: Response) => ((await response.json()) as { code: string }).code;
