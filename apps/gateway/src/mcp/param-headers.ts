import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';

/** Where an argument is mirrored: header `Mcp-Param-{name}` and the path of property names to the value. */
export type ParamPlacement = { header: string; path: readonly string[] };

const PREFIX = 'mcp-param-';
const SENTINEL = { open: '=?base64?', close: '?=' };

/** All `x-mcp-header` placements of an input schema reachable through `properties` alone (SEP-2243). */
export function placementsOf(inputSchema: JsonObject): ParamPlacement[] {
  const found: ParamPlacement[] = [];
  collect(inputSchema, [], found);
  return found;
}

function collect(schema: JsonObject, path: readonly string[], into: ParamPlacement[]): void {
  const properties = schema['properties'];
  if (!isJsonObject(properties) || path.length > 16) return;
  for (const [name, property] of Object.entries(properties)) {
    if (!isJsonObject(property)) continue;
    const header = property['x-mcp-header'];
    if (typeof header === 'string') into.push({ header: PREFIX + header.toLowerCase(), path: [...path, name] });
    collect(property, [...path, name], into);
  }
}

/** The headers that mirror these arguments, encoded as SEP-2243 says; absent and null arguments have none. */
export function paramHeaders(placements: readonly ParamPlacement[], args: JsonObject): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const { header, path } of placements) {
    const text = headerText(valueAt(args, path));
    if (text !== null) headers[header] = encodeHeader(text);
  }
  return headers;
}

/**
 * The first header that disagrees with the arguments, or null. A proxy that decides on the body must make sure nobody
 * behind it can be told something else by a header.
 */
export function mismatchedParam(
  placements: readonly ParamPlacement[],
  args: JsonObject,
  headers: Readonly<Record<string, string | string[] | undefined>>,
): string | null {
  for (const { header, path } of placements) {
    const sent = headers[header];
    const expected = headerText(valueAt(args, path));
    if (sent === undefined && expected === null) continue;
    if (typeof sent !== 'string' || expected === null || decodeHeader(sent) !== expected) return header;
  }
  return null;
}

/** Encodes a header value: plain visible ASCII as it is, anything else as `=?base64?…?=`. */
export function encodeHeader(text: string): string {
  const plain = /^[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?$/.test(text);
  const looksEncoded = text.startsWith(SENTINEL.open) && text.endsWith(SENTINEL.close);
  return plain && !looksEncoded
    ? text
    : `${SENTINEL.open}${Buffer.from(text, 'utf8').toString('base64')}${SENTINEL.close}`;
}

/** Decodes a header value; null when it is a malformed sentinel. */
export function decodeHeader(value: string): string | null {
  const text = value.trim();
  if (!text.startsWith(SENTINEL.open)) return text;
  if (!text.endsWith(SENTINEL.close)) return null;
  const coded = text.slice(SENTINEL.open.length, -SENTINEL.close.length);
  const bytes = Buffer.from(coded, 'base64');
  return bytes.toString('base64') === coded ? bytes.toString('utf8') : null;
}

function headerText(value: JsonValue | undefined): string | null {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : null;
}

function valueAt(root: JsonObject, path: readonly string[]): JsonValue | undefined {
  let node: JsonValue | undefined = root;
  for (const key of path) {
    if (!isJsonObject(node) || !Object.hasOwn(node, key)) return undefined;
    node = node[key];
  }
  return node;
}
