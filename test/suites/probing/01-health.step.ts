import { expect, it } from '@jest/globals';
import { startMcpServer } from '@rollcall/testing';
import { APPROVED, LEDGER, type ProbingStory } from './story.js';

/** Whoever owns a server knows how it does, and hears of it when that changes. */
export function healthIsKnown(story: ProbingStory): void {
  it('is healthy, with the protocol era that it speaks', async () => {
    expect(await story.until('healthy')).toMatchObject({ lastOutcome: 'healthy', era: 'modern' });
  });

  it('falls when the server is gone, after more than one look', async () => {
    const { port } = new URL(story.server.url);
    await story.server.close();
    expect(await story.until('unhealthy')).toMatchObject({ lastOutcome: 'unreachable' });
    story.server = await startMcpServer({ tools: APPROVED }, { port: Number(port) });
  });

  it('rises when the server is back, and the history has every look once', async () => {
    await story.until('healthy');
    const query = `query ($ref: VersionRef!) { version(ref: $ref) { endpoints { environment { name } health {
      history(first: 100) { edges { node { scheduledAt outcome } } } } } } }`;
    type Probed = { history: { edges: { node: { scheduledAt: string; outcome: string } }[] } };
    type Endpoint = { environment: { name: string }; health: Probed | null };
    const ref = { byName: { server: LEDGER, version: '1.0.0' } };
    const { data } = await story.graphql<{ version: { endpoints: Endpoint[] } }>('owner', query, { ref });
    const production = data.version.endpoints.find(({ environment }) => environment.name === 'production');
    const slots = (production?.health?.history.edges ?? []).map(({ node }) => node);
    expect(new Set(slots.map(({ scheduledAt }) => scheduledAt)).size).toBe(slots.length);
    expect(new Set(slots.map(({ outcome }) => outcome))).toEqual(new Set(['healthy', 'unreachable']));
  });
}
