import { scanHeaders } from '@rollcall/contract';
import { isJsonObject, type JsonValue } from '@rollcall/kernel';
import type { SessionTape } from './session-tape.js';

/**
 * A conforming client on HTTP must leave out a tool whose `x-mcp-header` is invalid (2026-07-28, tools): the server
 * thinks it offers the tool and nobody sees it.
 */
export function reportHiddenTools(tape: SessionTape, tools: readonly JsonValue[]): void {
  for (const tool of tools) {
    if (!isJsonObject(tool) || !isJsonObject(tool['inputSchema'])) continue;
    const [fault] = scanHeaders(tool['inputSchema'], 'inputSchema').issues;
    if (fault === undefined) continue;
    tape.issue('TOOL_HIDDEN_FROM_CLIENTS', `Clients leave out the tool "${String(tool['name'])}": ${fault.message}`);
  }
}
