import { expect, it } from '@jest/globals';
import { type PullRequestStory, TOOLS } from './story.js';

type Change = { ruleId: string; severity: string; witness?: { value: unknown; validUnder: string } };

/** What a user can do in the first minute: no server, no account, two files. */
export function aContractIsTriedWithoutAnAccount(story: PullRequestStory): void {
  it('compares two plain tool lists and proves the break with a call that worked before', async () => {
    const [old, next] = [
      story.file('old.json', { tools: TOOLS.main }),
      story.file('next.json', { tools: TOOLS.branch }),
    ];
    const { exit, data } = await story.json(null, 'diff', old, next);
    const { conclusion, changes } = data as { conclusion: string; changes: Change[] };
    expect([exit, conclusion]).toEqual([1, 'breaking']);
    const [change] = changes;
    expect(change).toMatchObject({
      ruleId: 'INPUT_REQUIRED_ADDED',
      severity: 'breaking',
      witness: { validUnder: 'base' },
    });
    expect(change?.witness?.value).not.toHaveProperty('units');
  });

  it('lints a tool list and says what a model would stumble over', async () => {
    const careless = { name: 'delete_all', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } };
    const { exit, data } = await story.json(null, 'lint', story.file('careless.json', { tools: [careless] }));
    const { findings } = data as { findings: { ruleId: string; severity: string; hint: string | null }[] };
    expect(exit).toBe(1);
    expect(findings.filter(({ severity }) => severity === 'error')).not.toEqual([]);
    expect(findings.every(({ hint }) => hint === null || hint.length > 10)).toBe(true);
  });

  it('explains any rule it names, offline', async () => {
    const told = await story.rollcall(null, 'explain', 'INPUT_REQUIRED_ADDED');
    expect([told.code, told.stdout]).toEqual([0, expect.stringContaining('An argument became required.')]);
  });
}
