import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import { invisibleCodePoints } from './code-points.js';
import type { IntakeIssue, Member, MemberKind, ToolParts } from './contract.js';
import { canonicalJson, digestOf, hasLoneSurrogate } from './digest.js';
import { scanHeaders, schemaIssues } from './schema-intake.js';
import { withoutKeywords } from './schema-walk.js';
import { formatPath, MAX_DEPTH, setOwn } from './strict-json.js';

/** UTF-8 bytes one tool, resource, template or prompt may have in canonical form. */
export const MAX_MEMBER_BYTES = 256 * 1024;

/** ASCII only: two tool names that look alike in different scripts (a Cyrillic "a") cannot both get in, not even one of them. */
const TOOL_NAME = /^[A-Za-z0-9_.-]{1,128}$/;
const NAME_KEY: Record<MemberKind, string> = {
  tool: 'name',
  prompt: 'name',
  resource: 'uri',
  resource_template: 'uriTemplate',
};
const NON_CONTRACT = new Set(['description', 'title', 'examples', 'default', '$comment']);

/** A member that passed strict intake, or every reason why it did not. */
export type MemberIntake = { member: Member | null; issues: IntakeIssue[] };

/** Strict intake of one definition as a server sent it; `at` is its place in the offer, e.g. `tools[3]`. */
export function takeMember(kind: MemberKind, raw: JsonValue, at: string): MemberIntake {
  const values = valueIssues(raw, at);
  if (values.length > 0) return { member: null, issues: values };
  if (!isJsonObject(raw)) {
    return {
      member: null,
      issues: [{ code: 'NOT_AN_OBJECT', message: 'A definition must be a JSON object.', path: at }],
    };
  }
  const bytes = new TextEncoder().encode(canonicalJson(raw)).length;
  if (bytes > MAX_MEMBER_BYTES) {
    return {
      member: null,
      issues: [
        { code: 'TOO_LARGE', message: `The definition has ${bytes} bytes; ${MAX_MEMBER_BYTES} are allowed.`, path: at },
      ],
    };
  }
  const issues = [
    ...nameIssues(kind, raw, at),
    ...textIssues(raw, at),
    ...(kind === 'tool' ? toolIssues(raw, at) : []),
  ];
  if (issues.length > 0) return { member: null, issues };
  const name = raw[NAME_KEY[kind]] as string;
  const member: Member = { kind, name, digest: digestOf(raw), definition: raw };
  return { member: kind === 'tool' ? { ...member, parts: partsOf(raw) } : member, issues: [] };
}

/** What no canonical form can hold: depth, lone surrogates, numbers that differ between parsers. */
export function valueIssues(root: JsonValue, at: string): IntakeIssue[] {
  const issues: IntakeIssue[] = [];
  const visit = (value: JsonValue, path: (string | number)[]): void => {
    if (issues.length > 20) return;
    const report = (code: string, message: string): number =>
      issues.push({ code, message, path: formatPath(at, path) });
    if (typeof value === 'string' && hasLoneSurrogate(value))
      report('LONE_SURROGATE', 'Text contains half of a surrogate pair.');
    if (typeof value === 'number' && isUnsafe(value))
      report('UNSAFE_NUMBER', 'The number is not read as the same value by every parser.');
    if (typeof value !== 'object' || value === null) return;
    if (path.length >= MAX_DEPTH) {
      report('TOO_DEEP', `Nested deeper than ${MAX_DEPTH} levels.`);
      return;
    }
    if (Array.isArray(value)) for (const [index, item] of value.entries()) visit(item, [...path, index]);
    else {
      for (const [key, item] of Object.entries(value)) {
        if (hasLoneSurrogate(key)) report('LONE_SURROGATE', 'A key contains half of a surrogate pair.');
        visit(item, [...path, key]);
      }
    }
  };
  visit(root, []);
  return issues;
}

function isUnsafe(value: number): boolean {
  const size = Math.abs(value);
  return !Number.isFinite(value) || (size > Number.MAX_SAFE_INTEGER && size < 1e21);
}

function nameIssues(kind: MemberKind, raw: JsonObject, at: string): IntakeIssue[] {
  const key = NAME_KEY[kind];
  const name = Object.hasOwn(raw, key) ? raw[key] : undefined;
  const path = `${at}.${key}`;
  if (typeof name !== 'string' || name === '' || name.length > 4096) {
    return [{ code: 'INVALID_NAME', message: `"${key}" must be a text of 1 to 4096 characters.`, path }];
  }
  const invisible = invisibleIssue(name, path);
  if (invisible.length > 0) return invisible;
  if (kind !== 'tool' || TOOL_NAME.test(name)) return [];
  return [{ code: 'INVALID_NAME', message: 'A tool name has 1 to 128 characters out of A-Z a-z 0-9 _ . and -.', path }];
}

/** Titles and display names are what an approver sees; what cannot be seen there must not be there. */
function textIssues(raw: JsonObject, at: string): IntakeIssue[] {
  const annotations = isJsonObject(raw['annotations']) ? raw['annotations'] : {};
  return [
    ...invisibleIssue(raw['title'], `${at}.title`),
    ...invisibleIssue(annotations['title'], `${at}.annotations.title`),
    ...(Object.hasOwn(raw, 'uri') || Object.hasOwn(raw, 'uriTemplate')
      ? invisibleIssue(raw['name'], `${at}.name`)
      : []),
  ];
}

function invisibleIssue(text: JsonValue | undefined, path: string): IntakeIssue[] {
  const found = typeof text === 'string' ? invisibleCodePoints(text) : [];
  if (found.length === 0) return [];
  return [
    {
      code: 'INVISIBLE_CHARACTER',
      message: `Contains characters nobody can see: ${found.slice(0, 8).join(', ')}.`,
      path,
    },
  ];
}

function toolIssues(raw: JsonObject, at: string): IntakeIssue[] {
  const issues: IntakeIssue[] = [];
  const input = Object.hasOwn(raw, 'inputSchema') ? raw['inputSchema'] : undefined;
  if (!isJsonObject(input)) {
    issues.push({ code: 'NOT_AN_OBJECT', message: 'inputSchema must be a JSON object.', path: `${at}.inputSchema` });
  } else {
    if (input['type'] !== 'object') {
      issues.push({
        code: 'MALFORMED_SCHEMA',
        message: 'inputSchema must have the type "object" at its root.',
        path: `${at}.inputSchema.type`,
      });
    }
    issues.push(...schemaIssues(input, `${at}.inputSchema`), ...scanHeaders(input, `${at}.inputSchema`).issues);
  }
  if (!Object.hasOwn(raw, 'outputSchema')) return issues;
  const output = raw['outputSchema'] ?? null;
  if (isJsonObject(output)) return [...issues, ...schemaIssues(output, `${at}.outputSchema`)];
  return [
    ...issues,
    { code: 'NOT_AN_OBJECT', message: 'outputSchema must be a JSON object.', path: `${at}.outputSchema` },
  ];
}

function partsOf(tool: JsonObject): ToolParts {
  const input = tool['inputSchema'] as JsonObject;
  const schemas: JsonObject = { inputSchema: withoutKeywords(input, NON_CONTRACT) };
  if (isJsonObject(tool['outputSchema'])) schemas['outputSchema'] = withoutKeywords(tool['outputSchema'], NON_CONTRACT);
  return {
    model: digestOf(pick(tool, ['name', 'title', 'description', 'inputSchema', 'outputSchema'])),
    contract: digestOf(schemas),
    hints: digestOf(pick(tool, ['annotations', 'execution'])),
    headers: digestOf(scanHeaders(input, '').placements.sort((a, b) => (a.path < b.path ? -1 : 1))),
  };
}

function pick(from: JsonObject, keys: readonly string[]): JsonObject {
  const out: JsonObject = {};
  for (const key of keys) {
    const value = Object.hasOwn(from, key) ? from[key] : undefined;
    if (value !== undefined) setOwn(out, key, value);
  }
  return out;
}
