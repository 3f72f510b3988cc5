import { expect, it } from '@jest/globals';
import { eventually } from '../child-processes.js';
import { SUNSET } from './05-deprecation.step.js';
import { GREETER, type LifecycleStory } from './story.js';

/** Time passes: the countdown is said, then the version ends by itself, once. */
export function theCountdownRunsToTheSunset(story: LifecycleStory): void {
  const V1 = `${GREETER}@1.0.0`;
  const kinds = () => story.receivers.consumers.received.map((one) => one.data['kind']);
  const types = () => story.receivers.organization.received.filter((one) => one.subject === V1).map((one) => one.type);

  it('counts down on the days that the policy names', async () => {
    await story.travel('P8D');
    await eventually(
      async () => types(),
      (seen) => seen.includes('dev.rollcall.version.sunset_approaching.v1'),
    );
    await eventually(
      async () => kinds(),
      (seen) => seen.includes('sunset_approaching'),
    );
    expect(await story.unmet('owner', 'decommission', V1)).toEqual(['sunset_passed']);
  });

  it('decommissions by the sweep, and says so once', async () => {
    await story.travel('P11D');
    await eventually(
      () => story.stateOf('1.0.0'),
      (state) => state === 'decommissioned',
    );
    await eventually(
      async () => kinds(),
      (seen) => seen.includes('decommissioned'),
    );
    const path = `/v0.1/servers/${encodeURIComponent(GREETER)}/versions`;
    expect((await story.http('owner', `${path}/1.0.0`)).status).toBe(404);
    expect(await (await story.http('owner', `${path}/latest`)).json()).toMatchObject({ server: { version: '2.0.0' } });
    const query = `query ($ref: VersionRef!) { version(ref: $ref) {
      deprecation { sunsetAt } transitions { toState actorHandle } } }`;
    const ref = { byName: { server: GREETER, version: '1.0.0' } };
    type Ended = { version: { deprecation: object; transitions: { toState: string; actorHandle: string }[] } };
    const { version } = (await story.graphql<Ended>('owner', query, { ref })).data;
    expect(version.deprecation).toEqual({ sunsetAt: SUNSET });
    const ends = version.transitions.filter((one) => one.toState === 'decommissioned');
    expect(ends).toEqual([{ toState: 'decommissioned', actorHandle: 'rollcall' }]);
    const said = types().filter((type) => type === 'dev.rollcall.version.decommissioned.v1');
    expect(said).toHaveLength(1);
    expect([story.receivers.consumers.refused, story.receivers.organization.refused]).toEqual([0, 0]);
  });
}
