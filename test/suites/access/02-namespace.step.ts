import { expect, it } from '@jest/globals';
import { ed25519Publisher } from '@rollcall/testing';
import { serverJson } from '../installation.js';
import type { AccessStory } from './story.js';

const DOMAIN = 'orders.example';
const NAMESPACE = 'example.orders';
/** The server of the story. */
export const BASKET = `${NAMESPACE}/basket`;

/** Who controls the domain controls the name: by hand with a challenge, or with the publisher's key. */
export function aDomainProvesANamespace(story: AccessStory): void {
  const challenge = (person: string, team: string) =>
    story.mutate<{ challenge: { text: string; dnsName: string } }>(
      person,
      'namespaceChallengeCreate',
      { name: NAMESPACE, team },
      'challenge { text dnsName }',
    );
  const prove = (person: string) =>
    story.mutate<{ namespace: { proof: string; team: { slug: string } } }>(
      person,
      'namespaceProve',
      { name: NAMESPACE, method: 'dns' },
      'namespace { proof team { slug } }',
    );

  it('is given to the team whose maintainer put the challenge into the DNS', async () => {
    const { text, dnsName } = (await challenge('mia', 'orders')).challenge;
    expect(dnsName).toBe(DOMAIN);
    await expect(prove('mia')).rejects.toThrow('CHALLENGE_UNMET');
    story.dns.zone[DOMAIN] = { txt: [text] };
    const { namespace } = await prove('mia');
    expect(namespace).toEqual({ proof: 'dns', team: { slug: 'orders' } });
  });

  it('is not taken from its team by another', async () => {
    await expect(
      challenge('owner', 'payments').then(({ challenge: { text } }) => {
        story.dns.zone[DOMAIN] = { txt: [text] };
        return prove('owner');
      }),
    ).rejects.toThrow(/NAMESPACE_TAKEN|NOT_FOUND|FORBIDDEN/);
  });

  it('lets the pipeline of the team publish, within the scopes of its token and nowhere else', async () => {
    const file = story.manifest(BASKET, '1.0.0', {});
    await story.done('orders-ci', 'publish', file, '--contact', 'orders@acme.example');
    const elsewhere = story.manifest('com.acme.payments/thing', '1.0.0', {});
    expect((await story.json('orders-ci', 'publish', elsewhere)).exit).not.toBe(0);
    // a developer of the team may do this; the token may not
    const run = ['endpoints', 'set', `${BASKET}@1.0.0`, '--environment', 'staging', '--url', 'https://a.example/mcp'];
    const refused = await story.json('orders-ci', ...run);
    expect([refused.exit, refused.error?.code]).toEqual([3, 'FORBIDDEN']);
    await story.done('mia', ...run);
  });

  it('signs in whoever holds the key that the domain publishes, for its names only', async () => {
    const key = ed25519Publisher();
    story.dns.zone[DOMAIN] = { txt: [key.record] };
    const timestamp = new Date().toISOString();
    const proof = { domain: DOMAIN, timestamp, signed_timestamp: key.sign(timestamp) };
    const signIn = () => story.http(null, '/v0.1/auth/dns', { method: 'POST', body: proof });
    const answer = await signIn();
    expect(answer.status).toBe(200);
    story.tokens['domain'] = String(((await answer.json()) as Record<string, unknown>)['registry_token']);
    // a signed timestamp counts once
    expect((await signIn()).status).toBe(401);
    const publish = (name: string) =>
      story.http('domain', '/v0.1/publish', { method: 'POST', body: serverJson(name, '1.1.0') });
    expect((await publish(BASKET)).status).toBe(200);
    expect((await publish('com.acme.payments/thing')).status).toBe(403);
    const elsewhere = await story.http('domain', '/graphql', {
      method: 'POST',
      body: { query: '{ servers { edges { cursor } } }' },
    });
    expect(JSON.stringify(await elsewhere.json())).toContain('UNAUTHENTICATED');
  });
}
