import { expect, it } from '@jest/globals';
import { GREETER, type LifecycleStory } from './story.js';

/** The policy asks for two reviewers: one is not enough, and the publisher is none. */
export function twoReviewersApprove(story: LifecycleStory): void {
  const approve = (person: string, version: string) => story.json(person, 'approve', `${GREETER}@${version}`);

  it('counts distinct reviewers, and the last one that is needed moves the version', async () => {
    await story.person('rita', 'security_reviewer');
    const first = await approve('reviewer', '1.0.0');
    expect(first.data).toMatchObject({ given: 1, required: 2, version: { state: 'in_review' } });
    expect((await story.json('reviewer', 'promote', `${GREETER}@1.0.0`)).error?.message).toContain(
      'approvals_complete',
    );
    expect((await approve('ci', '1.0.0')).exit).not.toBe(0);
    const second = await approve('rita', '1.0.0');
    expect(second.data).toMatchObject({ given: 2, required: 2, version: { state: 'staging' } });
  });

  it('brings both versions to production', async () => {
    await story.runs('1.0.0');
    await story.mayBePromoted('owner', '1.0.0');
    await story.done('owner', 'promote', `${GREETER}@1.0.0`);
    await story.handsIn('2.0.0');
    await approve('rita', '2.0.0');
    await approve('reviewer', '2.0.0');
    expect(await story.stateOf('1.0.0')).toBe('active');
    expect(await story.stateOf('2.0.0')).toBe('staging');
  });
}
