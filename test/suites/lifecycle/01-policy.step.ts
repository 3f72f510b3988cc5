import { expect, it } from '@jest/globals';
import { GREETER, type LifecycleStory } from './story.js';

type DryRun = { violatingServers: number; violations: { server: string; version: string; rule: string }[] };

/** What a document would mean is known before anybody decides; what was decided holds from then on. */
export function thePolicyIsTriedAndSet(story: LifecycleStory): void {
  it('says which servers a document would not let through, and stores nothing', async () => {
    await story.handsIn('1.0.0');
    const strict = story.file('strict.json', { allowedTransports: ['stdio'] });
    const tried = await story.json('admin', 'policy', 'dry-run', strict);
    expect(tried.exit).toBe(1);
    const report = tried.data as DryRun;
    expect(report.violatingServers).toBe(1);
    const rules = report.violations.map((one) => `${one.server}@${one.version} ${one.rule}`);
    expect(rules).toContain(`${GREETER}@1.0.0 transport_allowed`);
    expect(await story.done('admin', 'policy', 'show')).toMatchObject({ revision: 0 });
  });

  it('is set by an administrator with a reason, and by nobody else', async () => {
    const policy = story.file('policy.json', {
      requiredApprovals: { low: 2, medium: 2, high: 2, critical: 2 },
      allowedAuthKinds: ['credentials', 'none'],
      deprecationMinimumDays: 5,
      countdownDays: [3],
    });
    const asked = ['policy', 'set', policy, '--reason', 'Four more eyes on everything.'];
    expect((await story.json('owner', ...asked)).exit).toBe(3);
    await story.done('admin', ...asked);
  });

  it('refuses a document that was written while somebody else decided', async () => {
    const late = story.file('late.json', { semver: 'warn' });
    const refused = await story.json(
      'admin',
      ...['policy', 'set', late, '--reason', 'Late.', '--expected-revision', '0'],
    );
    expect([refused.exit, refused.error?.code]).toEqual([2, 'CONFLICT']);
  });
}
