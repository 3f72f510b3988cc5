import { expect, it } from '@jest/globals';
import { AUDITOR, type CanaryStory, DESK, REFUNDS, V1, V2 } from './story.js';

/** With every guard met the version is let through, and the one before it does not end unnoticed. */
export function theCanaryRuns(story: CanaryStory): void {
  const days = (many: number) => new Date(Date.now() + many * 86_400_000).toISOString();

  it('is promoted', async () => {
    const { exit, guards } = await story.toCanary();
    expect([exit, Object.values(guards).filter(({ status }) => status !== 'met')]).toEqual([0, []]);
    await story.done('owner', 'promote', V2, '--to', 'canary');
    const query = 'query ($ref: VersionRef!) { version(ref: $ref) { state } }';
    const ref = { byName: { server: REFUNDS, version: '2.0.0' } };
    const { data } = await story.graphql<{ version: { state: string } }>('owner', query, { ref });
    expect(data.version.state).toBe('canary');
  });

  it('has nothing that lint or drift would tell', async () => {
    const lint = await story.json('owner', 'lint', `registry:${V2}`);
    expect([lint.exit, (lint.data as { findings: object[] }).findings]).toEqual([0, []]);
    const drift = await story.json('owner', 'drift', 'list', '--server', REFUNDS);
    expect([drift.exit, (drift.data as { findings: object[] }).findings]).toEqual([0, []]);
  });

  it('names who relies on 1.0.0 before its end is announced', async () => {
    const { exit, guards } = await story.guards('deprecate', V1, '--successor', V2, '--sunset', days(60));
    expect(exit).toBe(0);
    const said = guards['consumers_notified']?.message ?? '';
    expect(said).toContain(`still rely on it: ${AUDITOR}, ${DESK}.`);
  });

  it('does not end 1.0.0 while an agent needs it or calls it', async () => {
    await story.done('owner', 'deprecate', V1, '--successor', V2, '--sunset', days(60));
    const { exit, guards } = await story.guards('decommission', V1);
    expect(exit).toBe(1);
    expect(guards['no_expectations']).toMatchObject({ status: 'unmet', message: expect.stringContaining(DESK) });
    expect(guards['no_expectations']?.message).not.toContain(AUDITOR);
    expect(guards['drained']).toMatchObject({ status: 'unmet', message: expect.stringContaining(AUDITOR) });
    expect(guards['sunset_passed']?.status).toBe('unmet');
  });

  it('waits for nobody’s word any more when the last agent says that it takes either version', async () => {
    await story.relies(DESK, ['/id', '/currency']);
    const { guards } = await story.guards('decommission', V1);
    expect(guards['no_expectations']?.status).toBe('met');
  });
}
