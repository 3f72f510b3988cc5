import { expect, it } from '@jest/globals';
import { connectV1, connectV2, type StoryClient } from '../mcp-clients.js';
import { type OwnersStory, PAYMENTS } from './story.js';

const TOOLS = ['can_i', 'get_server', 'get_tool', 'search_servers', 'search_tools'];

/** Agents ask the registry itself, over MCP, with clients of both protocol eras. */
export function agentsAskTheRegistry(story: OwnersStory): void {
  const url = () => `${story.apiUrl}/mcp`;
  const answer = async (client: StoryClient, name: string, args: Record<string, unknown>) =>
    (await client.callTool({ name, arguments: args }))['structuredContent'] as Record<string, unknown>;

  for (const [sdk, connect] of [
    ['the current SDK', connectV2],
    ['the older SDK', connectV1],
  ] as const) {
    it(`answers ${sdk} about servers, tools and steps`, async () => {
      const client = await connect(url(), story.tokens['owner'] ?? '');
      expect((await client.listTools()).tools.map((tool) => tool.name).sort()).toEqual(TOOLS);
      const found = await answer(client, 'search_servers', { search: 'refund' });
      expect(found).toMatchObject({ servers: [{ name: PAYMENTS }], error: null });
      const definition = await answer(client, 'get_tool', { server: PAYMENTS, tool: 'create_refund' });
      expect(definition).toMatchObject({ tool: { version: '1.0.0', state: 'in_review', approved: false } });
      const gate = await answer(client, 'can_i', { server: PAYMENTS, version: '1.0.0', step: 'staging' });
      expect(gate['answer']).not.toBe('yes');
      expect(JSON.stringify(gate)).toContain('destructive_tools_ruled');
      await client.close();
    });
  }

  it('tells a stranger that there is no such server, and nobody anything without a token', async () => {
    const stranger = await connectV2(url(), story.tokens['outsider'] ?? '');
    expect(await answer(stranger, 'search_servers', { search: 'refund' })).toMatchObject({ servers: [] });
    expect(await answer(stranger, 'get_server', { server: PAYMENTS })).toMatchObject({ error: { code: 'NOT_FOUND' } });
    await stranger.close();
    const refused = await fetch(url(), { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } });
    expect([refused.status, refused.headers.has('www-authenticate')]).toEqual([401, true]);
  });
}
