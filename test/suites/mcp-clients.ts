import { Client as ClientV2, StreamableHTTPClientTransport as TransportV2 } from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

/** The two calls the story makes, of whichever SDK. */
export type StoryClient = {
  era: string;
  listTools(): Promise<{ tools: { name: string; _meta?: Record<string, unknown> }[] }>;
  callTool(call: { name: string; arguments: Record<string, unknown> }): Promise<Record<string, unknown>>;
  close(): Promise<void>;
};

const INFO = { name: 'story', version: '1.0.0' };
const bearer = (token: string) => ({ requestInit: { headers: { authorization: `Bearer ${token}` } } });

/** The current SDK, which speaks 2026-07-28 where the server does. */
export async function connectV2(url: string, token: string): Promise<StoryClient> {
  const client = new ClientV2(INFO, { versionNegotiation: { mode: 'auto' } });
  await client.connect(new TransportV2(new URL(url), bearer(token)));
  return {
    era: client.getProtocolEra() ?? 'unknown',
    listTools: () => client.listTools(undefined, { cacheMode: 'bypass' }) as ReturnType<StoryClient['listTools']>,
    callTool: (call) => client.callTool(call) as Promise<Record<string, unknown>>,
    close: () => client.close(),
  };
}

/** The maintained older SDK, which knows the session era only. */
export async function connectV1(url: string, token: string): Promise<StoryClient> {
  const client = new ClientV1(INFO);
  await client.connect(new TransportV1(new URL(url), bearer(token)) as Parameters<ClientV1['connect']>[0]);
  return {
    era: 'legacy',
    listTools: () => client.listTools() as ReturnType<StoryClient['listTools']>,
    callTool: (call) => client.callTool(call) as Promise<Record<string, unknown>>,
    close: () => client.close(),
  };
}
