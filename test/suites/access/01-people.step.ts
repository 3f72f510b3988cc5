import { expect, it } from '@jest/globals';
import type { AccessStory } from './story.js';

/** A team, its maintainer, its pipeline: made in the command line, each by whom it takes. */
export function aTeamIsSetUp(story: AccessStory): void {
  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
  const whoami = async (person: string) => (await story.json(person, 'whoami')).exit;

  it('is made by an administrator, who lets its maintainer in once', async () => {
    await story.done('admin', 'teams', 'create', 'orders', '--name', 'Orders');
    await story.done('admin', 'people', 'create', 'mia', '--name', 'Mia Maintainer');
    await story.done('admin', 'teams', 'set-member', 'orders', 'mia', '--role', 'maintainer');
    const first = ['tokens', 'create', 'first', '--for', 'mia', '--expires'];
    expect((await story.json('admin', ...first, inDays(30))).exit).not.toBe(0);
    story.tokens['mia'] = String((await story.done('admin', ...first, inDays(2)))['token']);
    expect((await story.json('admin', ...first, inDays(2))).exit).not.toBe(0);
    expect((await story.json('mia', 'teams', 'create', 'mine')).exit).toBe(3);
  });

  it('lets the maintainer make further tokens and a pipeline', async () => {
    const laptop = await story.done('mia', 'tokens', 'create', 'laptop', '--expires', inDays(60));
    story.tokens['mia'] = String(laptop['token']);
    await story.done('mia', 'people', 'create-service-account', 'orders-ci', '--team', 'orders');
    const scopes = ['--scope', 'server.read', '--scope', 'version.publish'];
    const made = await story.done('mia', 'tokens', 'create', 'ci', '--for', 'orders-ci', ...scopes);
    story.tokens['orders-ci'] = String(made['token']);
    const listed = (await story.json('mia', 'tokens', 'list', '--of', 'orders-ci')).data as {
      tokens: { name: string; scopes: string[] }[];
    };
    expect(listed.tokens).toMatchObject([{ name: 'ci', scopes: ['server.read', 'version.publish'] }]);
    expect(JSON.stringify(listed)).not.toContain(story.tokens['orders-ci']);
  });

  it('replaces a token at once, and locks an account out at once', async () => {
    const { apiToken } = (await story.done('mia', 'tokens', 'create', 'spare', '--for', 'orders-ci')) as {
      apiToken: { id: string };
    };
    const rotated = await story.done('mia', 'tokens', 'rotate', apiToken.id);
    story.tokens['spare'] = String(rotated['token']);
    expect(await whoami('spare')).toBe(0);
    await story.done('mia', 'tokens', 'revoke', (rotated['apiToken'] as { id: string }).id);
    expect(await whoami('spare')).toBe(3);
    await story.done('admin', 'people', 'disable', 'orders-ci', '--reason', 'Looked odd.');
    expect(await whoami('orders-ci')).toBe(3);
    await story.done('admin', 'people', 'enable', 'orders-ci');
    expect(await whoami('orders-ci')).toBe(0);
  });
}
