import { expect, it } from '@jest/globals';
import { GREETER, type LifecycleStory } from './story.js';

/** A hold takes effect at once, whatever the state; only a person lifts it. */
export function aVersionIsHeldAndReleased(story: LifecycleStory): void {
  const V2 = `${GREETER}@2.0.0`;
  const inCatalogue = async () =>
    (await story.http('owner', `/v0.1/servers/${encodeURIComponent(GREETER)}/versions/2.0.0`)).status;

  it('is absent for clients while it is held', async () => {
    expect(await inCatalogue()).toBe(200);
    expect((await story.json('owner', 'quarantine', V2, '--reason', 'Strange calls.')).exit).toBe(3);
    await story.done('reviewer', 'quarantine', V2, '--reason', 'Strange calls.');
    expect(await inCatalogue()).toBe(404);
    expect(await story.unmet('reviewer', 'quarantine', V2)).toEqual(['not_held']);
  });

  it('is released by a person with a reason', async () => {
    expect(await story.unmet('reviewer', 'release', V2)).toEqual([]);
    await story.done('reviewer', 'release', V2, '--reason', 'A test ran wild.');
    expect(await inCatalogue()).toBe(200);
    expect(await story.stateOf('2.0.0')).toBe('active');
  });
}
