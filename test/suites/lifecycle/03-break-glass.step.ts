import { expect, it } from '@jest/globals';
import { GREETER, type LifecycleStory } from './story.js';

type Seen = { version: { breakGlassTransitions: { toState: string; actorHandle: string; confirmedBy: object }[] } };

/** A renamed tool breaks who calls the version that is live: only two administrators together may do it all the same. */
export function twoAdministratorsBreakTheGlass(story: LifecycleStory): void {
  const V2 = `${GREETER}@2.0.0`;
  let request = '';

  it('refuses the step while callers would break', async () => {
    await story.runs('2.0.0');
    await story.mayBePromoted('owner', '2.0.0', ['first_active_or_safe']);
    const refused = await story.json('owner', 'promote', V2, '--to', 'active');
    expect(refused.error?.message).toContain('first_active_or_safe');
  });

  it('waits for a second administrator, who is not the first', async () => {
    await story.person('alan', 'admin');
    const asked = ['break-glass', 'request', V2, '--to', 'active', '--reason', 'Ends the outage.'];
    expect((await story.json('owner', ...asked)).exit).toBe(3);
    const made = await story.json('admin', ...asked);
    expect(made.exit).toBe(6);
    request = (made.data as { request: { id: string } }).request.id;
    expect((await story.json('admin', 'break-glass', 'confirm', request)).exit).not.toBe(0);
    expect(await story.stateOf('2.0.0')).toBe('staging');
  });

  it('is taken at the confirmation and stays on the version', async () => {
    await story.done('alan', 'break-glass', 'confirm', request);
    expect(await story.stateOf('2.0.0')).toBe('active');
    const query = `query ($ref: VersionRef!) { version(ref: $ref) {
      breakGlassTransitions { toState actorHandle confirmedBy { handle } } } }`;
    const ref = { byName: { server: GREETER, version: '2.0.0' } };
    const { data } = await story.graphql<Seen>('owner', query, { ref });
    expect(data.version.breakGlassTransitions).toEqual([
      { toState: 'active', actorHandle: 'admin', confirmedBy: { handle: 'alan' } },
    ]);
  });
}
