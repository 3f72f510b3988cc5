import { buildContract, type Contract } from '@rollcall/contract';
import type { JsonObject } from '@rollcall/kernel';
import { GREET_TOOL, type TestTool } from '../mcp-servers/index.js';

const SCHEMA = 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json';

/** A small valid `server.json`; `change` replaces members. */
export function manifestOf(name: string, version: string, change: JsonObject = {}): JsonObject {
  return {
    $schema: SCHEMA,
    name,
    version,
    description: `The server ${name}.`,
    websiteUrl: 'https://runbooks.example.com/on-call',
    ...change,
  };
}

/** The contract that a server with these tools offers. */
export function contractOf(tools: readonly TestTool[] = [GREET_TOOL]): Contract {
  const { contract, issues } = buildContract({
    tools: tools.map(({ handler: _, ...definition }) => definition as JsonObject),
    capabilities: { tools: {} },
  });
  if (issues.length > 0) throw new Error(`a test tool is not acceptable: ${issues[0]?.message}`);
  return contract;
}

/** {@link GREET_TOOL} with one more required argument: whoever calls the old one breaks. */
export const STRICTER_GREET_TOOL: TestTool = {
  ...GREET_TOOL,
  inputSchema: {
    type: 'object',
    properties: { name: { type: 'string' }, language: { type: 'string' } },
    required: ['name', 'language'],
    additionalProperties: false,
  },
};

/** A tool that may destroy something, so that a reviewer must rule on it. */
export const WIPE_TOOL: TestTool = {
  name: 'wipe',
  description: 'Deletes every row of a ledger for good.',
  inputSchema: { type: 'object', properties: { ledger: { type: 'string' } }, required: ['ledger'] },
  annotations: { destructiveHint: true },
};
