import { expect, it } from '@jest/globals';
import { isJsonObject } from '@rollcall/kernel';
import type { RunningMcpServer } from '@rollcall/testing';
import { type CanaryStory, REFUNDS, V2 } from './story.js';

type Run = { results: { name: string; outcome: string; reason: string | null }[] };

/** The owner's example calls are made in staging, and only those that change nothing, unless two people wish it. */
export function goldenCallsAreMade(story: CanaryStory): void {
  const declare = (status: string) => story.done('owner', 'golden', 'set', REFUNDS, goldenFile(story, status));
  const run = async () => {
    const { exit, data } = await story.json('owner', 'golden', 'run', V2, '--env', 'staging');
    const { results } = data as Run;
    return { exit, results, outcomes: Object.fromEntries(results.map((one) => [one.name, one.outcome])) };
  };
  const guard = async () => (await story.toCanary()).guards['golden_calls_pass'];

  it('fails a call that gives something else than expected, and the guard counts it', async () => {
    await declare('open');
    const { exit, results, outcomes } = await run();
    expect([exit, outcomes]).toEqual([1, { 'a paid refund': 'failed', 'money is sent': 'refused' }]);
    expect(results[0]?.reason).toContain('/structuredContent/status has another value than expected');
    expect(await guard()).toMatchObject({ status: 'unmet', message: 'Of 2 golden calls: 1 failed, 1 not made.' });
  });

  it('takes no run for an answer that was made before the calls were declared anew', async () => {
    await declare('paid');
    expect(await guard()).toMatchObject({ status: 'unknown' });
  });

  it('does not call a tool that is not read-only: the server never hears of it', async () => {
    const { exit, results, outcomes } = await run();
    expect([exit, outcomes]).toEqual([1, { 'a paid refund': 'passed', 'money is sent': 'refused' }]);
    expect(results[1]?.reason).toContain('not marked read-only');
    expect(calledOn(story.next)).toEqual(['get_refund', 'get_refund']);
    expect(await guard()).toMatchObject({ status: 'unmet', message: 'Of 2 golden calls: 1 not made.' });
  });

  it('calls it once a second person permits exactly that', async () => {
    const expires = new Date(Date.now() + 7 * 86_400_000).toISOString();
    const permit = (person: string) =>
      story.json(
        person,
        ...['golden', 'permit', V2, '--tool', 'send_refund', '--expires', expires],
        ...['--reason', 'The account of staging has no money.'],
      );
    expect((await permit('owner')).error?.code).toBe('FORBIDDEN');
    expect((await permit('reviewer')).exit).toBe(0);
    expect(await run()).toMatchObject({ exit: 0, outcomes: { 'a paid refund': 'passed', 'money is sent': 'passed' } });
    expect(calledOn(story.next).filter((name) => name === 'send_refund')).toHaveLength(1);
    expect(await guard()).toMatchObject({ status: 'met', message: 'All 2 golden calls passed.' });
  });

  it('never called the version that is in production', () => {
    expect(calledOn(story.old).filter((name) => name !== 'get_refund')).toEqual([]);
  });
}

function goldenFile(story: CanaryStory, status: string): string {
  return story.file(
    'rollcall.golden.yaml',
    [
      'calls:',
      '  - name: a paid refund',
      '    tool: get_refund',
      '    arguments: { id: re_1, currency: EUR }',
      '    expect:',
      '      values:',
      `        - { at: /structuredContent/status, equals: ${status} }`,
      '  - name: money is sent',
      '    tool: send_refund',
      '    arguments: { id: re_1 }',
      '',
    ].join('\n'),
  );
}

/** The tools that were called on a server, oldest first. */
function calledOn(server: RunningMcpServer): string[] {
  return server.requests.flatMap(({ body }) => {
    if (!isJsonObject(body) || body['method'] !== 'tools/call') return [];
    const { params } = body;
    return isJsonObject(params ?? null) ? [String((params as { name?: unknown }).name)] : [];
  });
}
