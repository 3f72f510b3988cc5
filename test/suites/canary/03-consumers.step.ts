import { expect, it } from '@jest/globals';
import { AUDITOR, type CanaryStory, CONTEXT, DESK, REFUNDS } from './story.js';

type Listed = { id: string; version: string | null; conclusion: string; waiting: number };

/** A consumer that breaks either moves, or somebody answers for the change: in its pull request and no other. */
export function nobodyIsBroken(story: CanaryStory): void {
  const kept = async () => (await story.toCanary()).guards['expectations_kept'];

  it('knows how good the server has to be as soon as its owner says so', async () => {
    await story.done('owner', 'objectives', 'set', REFUNDS, '--availability', '99.5', '--latency-p95-ms', '800');
    expect((await story.toCanary()).guards['slo_set']).toMatchObject({
      status: 'met',
      message: expect.stringContaining('99.5'),
    });
  });

  it('no longer names the agent that sends what 2.0.0 asks for; what was seen is not undone by a document', async () => {
    await story.relies(DESK, ['/id', '/currency'], '^1.0.0');
    await story.relies(AUDITOR, ['/id', '/currency']);
    const guard = await kept();
    expect(guard?.status).toBe('unmet');
    expect(guard?.message).toContain(AUDITOR);
    expect(guard?.message).not.toContain(DESK);
  });

  it('opens when the change that is left is approved in the pull request of 2.0.0', async () => {
    const listed = await story.done('owner', 'checks', 'list', '--server', REFUNDS, '--context-id', CONTEXT);
    const [check] = listed['checks'] as Listed[];
    expect(check).toMatchObject({ version: '2.0.0', conclusion: 'failure' });
    const approve = (person: string) =>
      story.json(person, 'checks', 'approve', check?.id ?? '', '--all', '--reason', 'The auditor moves on Monday.');
    expect((await approve('ci')).exit).toBe(3);
    expect((await kept())?.status).toBe('unmet');
    expect((await approve('reviewer')).exit).toBe(0);
    expect(await kept()).toMatchObject({ status: 'met', message: expect.stringContaining(AUDITOR) });
  });
}
