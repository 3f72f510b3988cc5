import type { Contract } from '@rollcall/contract';
import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import { isDestructive } from '@rollcall/policy';

/** What the index keeps of one tool. */
export type ToolRow = {
  name: string;
  title: string | null;
  description: string | null;
  arguments: string;
  destructive: boolean;
  readOnly: boolean;
  openWorld: boolean;
  idempotent: boolean;
};

/** More text than anybody reads before choosing a tool; the contract keeps the whole. */
const MAX_TITLE = 200;
const MAX_DESCRIPTION = 4_000;
const MAX_ARGUMENTS = 8_000;

/** The rows of a contract's tools, with the protocol's defaults for hints that are absent. */
export function toolRows(contract: Contract): ToolRow[] {
  return contract.members.filter((member) => member.kind === 'tool').map((tool) => toolRow(tool.name, tool.definition));
}

function toolRow(name: string, definition: JsonObject): ToolRow {
  const annotations = isJsonObject(definition['annotations']) ? definition['annotations'] : {};
  const title = text(definition['title']) ?? text(annotations['title']);
  return {
    name,
    title: cut(title, MAX_TITLE),
    description: cut(text(definition['description']), MAX_DESCRIPTION),
    arguments: cut(argumentWords(definition['inputSchema']), MAX_ARGUMENTS) ?? '',
    destructive: isDestructive(definition),
    readOnly: annotations['readOnlyHint'] === true,
    openWorld: annotations['openWorldHint'] !== false,
    idempotent: annotations['readOnlyHint'] === true || annotations['idempotentHint'] === true,
  };
}

/** Names and descriptions of the arguments at the top: what people search for, not the whole schema. */
function argumentWords(schema: JsonValue | undefined): string {
  const properties = isJsonObject(schema) ? schema['properties'] : undefined;
  if (!isJsonObject(properties)) return '';
  return Object.entries(properties)
    .map(([name, property]) => `${name} ${isJsonObject(property) ? (text(property['description']) ?? '') : ''}`.trim())
    .join('\n');
}

const text = (value: JsonValue | undefined): string | null => (typeof value === 'string' ? value : null);

/** By code points: half of a surrogate pair cannot be stored. */
function cut(value: string | null, length: number): string | null {
  if (value === null) return null;
  // a definition may hold U+0000 in an escaped form; PostgreSQL holds none
  const clean = value.replaceAll('\0', '');
  return clean.length <= length ? clean : Array.from(clean).slice(0, length).join('');
}
