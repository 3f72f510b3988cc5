import { isJsonObject, type JsonObject } from '@rollcall/kernel';
import type { McpServerBehaviour, RecordedRequest, TestTool } from './behaviour.js';

/** A tool as it stands in `tools/list`. */
export function listedTool(tool: TestTool): JsonObject {
  const { handler: _handler, ...definition } = tool;
  return definition as JsonObject;
}

/** Runs a tool; an unknown one is a tool error, as most servers do it. */
export async function callTool(
  tools: readonly TestTool[],
  params: JsonObject,
  headers: RecordedRequest['headers'],
): Promise<JsonObject> {
  const tool = tools.find((candidate) => candidate.name === params['name']);
  if (tool === undefined) return { content: [{ type: 'text', text: 'Unknown tool.' }], isError: true };
  const args = isJsonObject(params['arguments']) ? params['arguments'] : {};
  if (tool.handler !== undefined) return tool.handler(args, { headers });
  return { content: [{ type: 'text', text: JSON.stringify(args) }] };
}

/** Capabilities follow from what the behaviour has. */
export function capabilitiesOf(behaviour: McpServerBehaviour): JsonObject {
  return {
    tools: {},
    ...(behaviour.prompts === undefined ? {} : { prompts: {} }),
    ...(behaviour.resources === undefined ? {} : { resources: {} }),
  };
}
