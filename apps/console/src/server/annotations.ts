import { recordOf } from '../display/json-shape.js';

/** One hint of a tool: what holds, and whether the server said so or the protocol assumes it. */
export type Hint = { value: boolean; declared: boolean };

export type Hints = { readOnly: Hint; destructive: Hint; idempotent: Hint; openWorld: Hint };

/** Absent hints mean the careful value (MCP 2025-06-18, ToolAnnotations): may write, destructive, not idempotent, open world. */
const defaults = { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true } as const;

/** Reads a tool's annotations with the protocol's defaults; a hint of the wrong type counts as absent. */
export function hintsOf(annotations: unknown): Hints {
  const given = recordOf(annotations) ?? {};
  const hint = (name: keyof typeof defaults): Hint => {
    const value = given[name];
    return typeof value === 'boolean' ? { value, declared: true } : { value: defaults[name], declared: false };
  };
  return {
    readOnly: hint('readOnlyHint'),
    destructive: hint('destructiveHint'),
    idempotent: hint('idempotentHint'),
    openWorld: hint('openWorldHint'),
  };
}
