import { expect, it } from '@jest/globals';
import { eventually } from '../child-processes.js';
import { connectV2 } from '../mcp-clients.js';
import { AGENT, APPROVED, LEDGER, POISONED, type ProbingStory } from './story.js';

/** A description that is changed after its review is found by the next look, and the version is stopped. */
export function driftIsFoundAndStopped(story: ProbingStory): void {
  it('is served to its agent while it is what was approved', async () => {
    await story.done('admin', 'agents', 'create', AGENT, '--team', 'payments');
    const grant = ['--agent', AGENT, '--server', LEDGER, '--tool', 'get_balance', '--environment', 'production'];
    await story.done('owner', 'grants', 'create', ...grant);
    story.tokens[AGENT] = String((await story.done('owner', 'agents', 'token', AGENT))['token']);
    // the gateway knows the agent with its next bundle
    await eventually(
      () => call(story),
      (text) => text.includes('100 EUR'),
    );
  });

  it('finds new wording under the same version number, and holds the version at once', async () => {
    story.server.setTools(POISONED);
    const found = await eventually(
      async () => {
        await story.done('owner', 'probes', LEDGER, '--environment', 'production', '--now');
        return story.drift();
      },
      ([one]) => one?.quarantined === true,
      120_000,
    );
    expect(found).toEqual([
      expect.objectContaining({ status: 'open', kind: 'same_version_other_contract', risk: 'high' }),
    ]);
    const shown = await story.rollcall('reviewer', 'drift', 'show', found[0]?.id ?? '');
    expect(shown.stdout).toContain('DESCRIPTION_CHANGED');
  });

  it('is refused by the gateway from then on, and by no compile of a policy', async () => {
    const refused = await eventually(
      () => call(story).catch((error: { data?: { code?: string } }) => error.data?.code ?? 'other'),
      (code) => code === 'VERSION_QUARANTINED',
    );
    expect(refused).toBe('VERSION_QUARANTINED');
  });

  it('is resolved when what runs is what was approved; only a person lifts the hold', async () => {
    story.server.setTools(APPROVED);
    await eventually(
      async () => {
        await story.done('owner', 'probes', LEDGER, '--environment', 'production', '--now');
        return story.drift();
      },
      ([one]) => one?.status === 'resolved',
      120_000,
    );
    expect(await call(story).catch((error: { data?: { code?: string } }) => error.data?.code)).toBe(
      'VERSION_QUARANTINED',
    );
    await story.done('reviewer', 'release', `${LEDGER}@1.0.0`, '--reason', 'It was rolled back.');
    await eventually(
      () => call(story),
      (text) => text.includes('100 EUR'),
    );
  });
}

async function call(story: ProbingStory): Promise<string> {
  const client = await connectV2(story.gatewayUrl, story.tokens[AGENT] ?? '');
  try {
    return JSON.stringify(await client.callTool({ name: 'ledger__get_balance', arguments: { account: 'DE1' } }));
  } finally {
    await client.close();
  }
}
