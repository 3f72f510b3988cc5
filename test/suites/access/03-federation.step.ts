import { expect, it } from '@jest/globals';
import { BASKET } from './02-namespace.step.js';
import type { AccessStory } from './story.js';

/** The CI system signs for its job; the control plane believes exactly the jobs that a rule names. */
export function aPipelineSignsInWithoutASecret(story: AccessStory): void {
  const MAIN = { repository: 'orders/basket', ref: 'refs/heads/main' };
  const signIn = async (claims: Record<string, string>, token?: string) => {
    const file = story.file('ci.jwt', token ?? (await story.issuer.sign({ claims })));
    return story.json(null, 'login', '--url', story.apiUrl, '--oidc-token-file', file);
  };

  it('is accepted by a rule that an administrator writes', async () => {
    const rule = ['federation', 'create', 'orders-main', '--as', 'orders-ci', '--audience', 'rollcall'];
    const claims = ['--claim', 'repository=orders/basket', '--claim', 'ref=refs/heads/main'];
    const scopes = ['--scope', 'server.read', '--scope', 'version.publish'];
    const asked = [...rule, '--issuer', story.issuer.url, ...claims, ...scopes];
    expect((await story.json('mia', ...asked)).exit).toBe(3);
    await story.done('admin', ...asked);
  });

  it('signs the job in and lets it publish', async () => {
    expect((await signIn(MAIN)).exit).toBe(0);
    const me = (await story.done(null, 'whoami')) as { viewer: { principal: { handle: string } } };
    expect(me.viewer.principal.handle).toBe('orders-ci');
    await story.done(null, 'publish', story.manifest(BASKET, '1.2.0', {}));
    expect((await story.json(null, 'teams', 'create', 'mine')).exit).toBe(3);
  });

  it('refuses another branch, another audience, a second use and a key that is not the issuer’s', async () => {
    const once = await story.issuer.sign({ claims: MAIN });
    expect((await signIn({}, once)).exit).toBe(0);
    const [header, payload] = (await story.issuer.sign({ claims: MAIN })).split('.');
    for (const token of [
      await story.issuer.sign({ claims: { ...MAIN, ref: 'refs/heads/evil' } }),
      await story.issuer.sign({ claims: MAIN, audience: 'other' }),
      once,
      `${header}.${payload}.${'A'.repeat(342)}`,
    ]) {
      const refused = await signIn({}, token);
      expect([refused.exit, refused.error?.code]).toEqual([2, 'FEDERATION_REFUSED']);
    }
  });

  it('ends with its rule', async () => {
    const { rules } = (await story.done('admin', 'federation', 'list')) as { rules: { id: string }[] };
    await story.done('admin', 'federation', 'revoke', rules[0]?.id ?? '');
    expect((await signIn(MAIN)).error?.code).toBe('FEDERATION_REFUSED');
  });
}
