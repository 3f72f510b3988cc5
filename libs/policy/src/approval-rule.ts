import { isJsonObject, type JsonObject } from '@rollcall/kernel';

/**
 * True when a tool may destroy something, with the protocol's defaults for absent hints: not read-only, and destructive
 * unless it says otherwise (MCP schema, ToolAnnotations). A server that says nothing is therefore treated as destructive.
 */
export function isDestructive(definition: JsonObject): boolean {
  const annotations = definition['annotations'];
  if (!isJsonObject(annotations)) return true;
  return annotations['readOnlyHint'] !== true && annotations['destructiveHint'] !== false;
}

/** The reviewer's rule for one tool: by exact name, else `*`, else null when nobody decided. */
export function approvalRuleFor(rules: Record<string, 'none' | 'human'>, tool: string): 'none' | 'human' | null {
  // hasOwn: a tool may be called `constructor`, and an inherited property is nobody's decision.
  if (Object.hasOwn(rules, tool)) return rules[tool] ?? null;
  if (Object.hasOwn(rules, '*')) return rules['*'] ?? null;
  return null;
}

/** What a call needs: the reviewer's rule, or `human` for a destructive tool nobody ruled on, else `none`. */
export function approvalFor(rules: Record<string, 'none' | 'human'>, tool: string, definition: JsonObject) {
  return approvalRuleFor(rules, tool) ?? (isDestructive(definition) ? 'human' : 'none');
}
