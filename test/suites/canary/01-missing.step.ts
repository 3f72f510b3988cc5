import { expect, it } from '@jest/globals';
import { eventually } from '../child-processes.js';
import { AUDITOR, type CanaryStory, CONTEXT, DESK, REFUNDS, V2 } from './story.js';

/** What stands between a breaking version and its canary is asked for by name, and so is who would break. */
export function missingEvidenceIsNamed(story: CanaryStory): void {
  it('learns who relies on 1.0.0: one agent says so, another one is seen calling', async () => {
    await story.relies(DESK, ['/id'], '^1.0.0');
    for (const id of ['re_1', 're_2', 're_3']) await story.call(AUDITOR, { id });
  });

  it('brings 2.0.0 to staging, where the break is nobody’s harm yet', async () => {
    const file = story.manifest(REFUNDS, '2.0.0', { remotes: [{ type: 'streamable-http', url: story.next.url }] });
    await story.done('ci', 'publish', file, '--context-id', CONTEXT, '--wait');
    await story.promoted('ci', V2);
    await story.promoted('reviewer', V2);
    await story.runsAt(REFUNDS, '2.0.0', story.next.url);
  });

  it('says no to a canary, and names each guard and both consumers', async () => {
    const { exit, guards } = await eventually(
      () => story.toCanary(),
      // the gateway reports its counts every few seconds, and staging has to be looked at
      (gate) =>
        gate.guards['staging_inspection_fresh']?.status === 'met' &&
        gate.guards['expectations_kept']?.message.includes('3 calls') === true,
    );
    expect(exit).toBe(1);
    const open = Object.values(guards).filter(({ status }) => status !== 'met');
    expect(open.map(({ guard, status }) => [guard, status]).sort()).toEqual([
      ['expectations_kept', 'unmet'],
      ['golden_calls_pass', 'unknown'],
      ['slo_set', 'unmet'],
    ]);
    const said = guards['expectations_kept']?.message ?? '';
    expect(said).toContain(`${DESK} in production (get_refund)`);
    expect(said).toContain(`${AUDITOR} in production (get_refund, 3 calls)`);
  });

  it('is refused for the same reasons when it is tried', async () => {
    const refused = await story.json('owner', 'promote', V2, '--to', 'canary');
    expect([refused.exit, refused.error?.code]).toEqual([2, 'GUARD_UNMET']);
    expect(refused.error?.nextStep).toContain('rollcall can-i promote NAME@VERSION --to canary');
    for (const name of ['expectations_kept', 'golden_calls_pass', 'slo_set', DESK, AUDITOR]) {
      expect(refused.error?.message).toContain(name);
    }
  });
}
