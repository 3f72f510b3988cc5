import { expect, it } from '@jest/globals';
import { eventually } from '../child-processes.js';
import { connectV1, connectV2, type StoryClient } from '../mcp-clients.js';
import type { World } from './world.js';

const GRANTED = [
  'everything__echo',
  'memory__create_entities',
  'memory__read_graph',
  'payments__create_refund',
  'payments__get_payment',
];

/** Real clients of both SDKs see exactly what they are granted, and reach the real servers. */
export function realClientsCallRealServers(world: World): void {
  const token = () => world.tokens.agent ?? '';
  const clients: [string, (url: string, token: string) => Promise<StoryClient>][] = [
    ['the current SDK', connectV2],
    ['the older SDK', connectV1],
  ];

  for (const [name, connect] of clients) {
    it(`lists exactly the granted tools and calls them with ${name}`, async () => {
      const client = await eventually(
        () => connect(world.gatewayUrl, token()),
        () => true,
      );
      const { tools } = await client.listTools();
      expect(tools.map((tool) => tool.name).sort()).toEqual(GRANTED);
      const payment = await client.callTool({ name: 'payments__get_payment', arguments: { id: 'pay_1001' } });
      expect(JSON.stringify(payment)).toContain('Ada Byron');
      const echo = await client.callTool({ name: 'everything__echo', arguments: { message: 'roll call' } });
      expect(JSON.stringify(echo)).toContain('roll call');
      const entity = { name: `from ${name}`, entityType: 'client', observations: ['was here'] };
      await client.callTool({ name: 'memory__create_entities', arguments: { entities: [entity] } });
      const graph = await client.callTool({ name: 'memory__read_graph', arguments: {} });
      expect(JSON.stringify(graph)).toContain(`from ${name}`);
      await client.close();
    });

    it(`does not let ${name} call what is not granted, nor what needs a person`, async () => {
      const client = await connect(world.gatewayUrl, token());
      const call = (tool: string) => client.callTool({ name: tool, arguments: {} });
      await expect(call('payments__list_payments')).rejects.toMatchObject({ data: { code: 'TOOL_NOT_ALLOWED' } });
      await expect(call('payments__no_such_tool')).rejects.toMatchObject({ data: { code: 'TOOL_NOT_ALLOWED' } });
      await expect(call('payments__create_refund')).rejects.toMatchObject({ data: { code: 'APPROVAL_REQUIRED' } });
      await client.close();
    });
  }

  const post = (headers: Record<string, string>) =>
    fetch(world.gatewayUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
    });

  it('answers 401 with a challenge to a request without a token, or with a wrong one', async () => {
    for (const headers of [{}, { authorization: 'Bearer rcl_wrong' }]) {
      const refused = await post(headers);
      expect(refused.status).toBe(401);
      expect(refused.headers.get('www-authenticate')).toContain('resource_metadata=');
    }
  });

  it('answers 403 to a foreign Origin even with a good token', async () => {
    const refused = await post({ authorization: `Bearer ${token()}`, origin: 'https://evil.example' });
    expect(refused.status).toBe(403);
  });
}
