import { expect, it } from '@jest/globals';
import { against } from './02-red.step.js';
import { type PullRequestStory, WEATHER } from './story.js';

/** One approval covers this change in this pull request: not another change, not another pull request. */
export function approvedChangesAreGreen(story: PullRequestStory): void {
  const check = async (pullRequest: number) => {
    const args = ['check', './contract.json', '--server', WEATHER, ...against, '--format', 'json'];
    const done = await story.pipeline(pullRequest, ...args);
    const { data } = JSON.parse(done.stdout) as { data: { id: string; conclusion: string; waiting: number } };
    return { code: done.code, ...data };
  };
  const approve = (person: string, id: string) =>
    story.json(person, 'checks', 'approve', id, '--all', '--reason', 'The agent is moved this week.');

  it('is not for the pipeline to approve, nor for a stranger', async () => {
    const { id } = await check(7);
    expect((await approve('ci', id)).exit).toBe(3);
    expect((await approve('outsider', id)).error?.code).toBe('NOT_FOUND');
    expect((await check(7)).code).toBe(1);
  });

  it('turns green when another person approves, and stays green for the next push of the same change', async () => {
    const red = await check(7);
    await approve('reviewer', red.id);
    expect(await check(7)).toMatchObject({ code: 0, conclusion: 'success', waiting: 0 });
  });

  it('stays red in another pull request', async () => {
    expect(await check(8)).toMatchObject({ code: 1, conclusion: 'failure' });
  });

  it('is red again when the branch goes further than what was approved', async () => {
    story.commit('wider', 'Promise nothing any more');
    expect(await check(7)).toMatchObject({ code: 1, conclusion: 'failure' });
  });
}
