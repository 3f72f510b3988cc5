import { canonicalJson, type Member, scanHeaders } from '@rollcall/contract';
import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import { makeChange } from './change.js';
import type { Change, Risk } from './comparison.js';
import { sameJson } from './same-json.js';
import { NOT_ASKED, type SchemaOptions, type SchemaPair, schemaChanges } from './schema-changes.js';
import { own } from './schema-node.js';
import { textRisk, wordingChanges } from './wording.js';

type ToolPair = { base: Member; head: Member };

/** Everything that changed between two definitions of one tool. */
export function toolChanges(pair: ToolPair, options: SchemaOptions = {}): Change[] {
  if (pair.base.digest === pair.head.digest) return [];
  const found = [
    ...inputChanges(pair, options),
    ...outputChanges(pair, options),
    ...textChanges(pair),
    ...annotationChanges(pair),
    ...headerChanges(pair),
  ];
  return found;
}

function inputChanges({ base, head }: ToolPair, options: SchemaOptions): Change[] {
  const side = 'input' as const;
  return bothKinds(
    {
      tool: base.name,
      side,
      base: base.definition['inputSchema'] ?? true,
      head: head.definition['inputSchema'] ?? true,
    },
    options,
  );
}

function outputChanges({ base, head }: ToolPair, options: SchemaOptions): Change[] {
  const before = own(base.definition, 'outputSchema');
  const after = own(head.definition, 'outputSchema');
  const tool = base.name;
  const common = { tool, member: `tool:${tool}`, path: '/outputSchema', from: before ?? null, to: after ?? null };
  if (before === undefined && after === undefined) return [];
  if (before === undefined)
    return [
      makeChange({ ...common, ruleId: 'OUTPUT_SCHEMA_ADDED', message: `Tool "${tool}": an output schema was added.` }),
    ];
  if (after === undefined)
    return [
      outputSchemaRemoved(
        before,
        makeChange({
          ...common,
          ruleId: 'OUTPUT_SCHEMA_REMOVED',
          message: `Tool "${tool}": the output schema was removed.`,
        }),
        options,
      ),
    ];
  return bothKinds({ tool, side: 'output', base: before, head: after }, options);
}

/** Without a schema every result is allowed: the witness is a result the old schema excluded. */
function outputSchemaRemoved(before: JsonValue, change: Change, options: SchemaOptions): Change {
  if (options.witnesses === false) return { ...change, witness: null, witnessReason: NOT_ASKED };
  const pair = { tool: change.tool ?? '', side: 'output', base: before, head: true } as const;
  const found = schemaChanges(pair, options).find((each) => each.witness);
  if (found?.witness) return { ...change, witness: found.witness };
  return { ...change, witness: null, witnessReason: 'No witness: the old schema accepts every value that was tried.' };
}

function bothKinds(pair: SchemaPair, options: SchemaOptions): Change[] {
  const values = schemaChanges(pair, options);
  const wording = wordingChanges(pair, values);
  const rewritten = (change: Change): boolean => change.ruleId.endsWith('_REWRITTEN');
  const kept = wording.some((change) => change.ruleId.endsWith('_PROPERTY_ADDED'))
    ? values.filter((change) => !rewritten(change))
    : values;
  const all = [...kept, ...wording];
  return all.length > 0 ? all : unreachedText(pair);
}

/** Text that no comparison walks into (say, below an unused `$defs`) still reaches a model. */
function unreachedText(pair: SchemaPair): Change[] {
  const text = (schema: JsonValue): string =>
    canonicalJson(isJsonObject(schema) ? without(schema, '$schema') : schema).replace(/"x-mcp-header":"[^"]*",?/g, '');
  if (text(pair.base) === text(pair.head)) return [];
  const ruleId = pair.side === 'input' ? 'PARAMETER_TEXT_CHANGED' : 'OUTPUT_TEXT_CHANGED';
  const path = `/${pair.side}Schema`;
  const message = `Tool "${pair.tool}": wording changed somewhere below ${path}.`;
  return [
    makeChange({
      ruleId,
      tool: pair.tool,
      member: `tool:${pair.tool}`,
      path,
      message,
      from: pair.base,
      to: pair.head,
      risk: textRisk(pair.head),
    }),
  ];
}

function without(schema: JsonObject, keyword: string): JsonObject {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== keyword));
}

function textChanges({ base, head }: ToolPair): Change[] {
  const title = (member: Member): JsonValue =>
    own(member.definition, 'title') ?? own(annotations(member), 'title') ?? null;
  return [
    ...textChange(base, 'TITLE_CHANGED', '/title', [title(base), title(head)]),
    ...textChange(base, 'DESCRIPTION_CHANGED', '/description', [
      own(base.definition, 'description') ?? null,
      own(head.definition, 'description') ?? null,
    ]),
  ];
}

function textChange(member: Member, ruleId: string, path: string, [from, to]: [JsonValue, JsonValue]): Change[] {
  if (sameJson(from, to)) return [];
  const tool = member.name;
  const message = `Tool "${tool}": the ${path.slice(1)} changed.`;
  return [makeChange({ ruleId, tool, member: `tool:${tool}`, path, message, from, to, risk: textRisk(to) })];
}

function annotations(member: Member): JsonObject {
  const value = own(member.definition, 'annotations');
  return isJsonObject(value) ? value : {};
}

/** Hints with the value the protocol gives them when absent, and the value that needs more care. */
const HINTS = [
  { ruleId: 'ANNOTATION_READ_ONLY_CHANGED', key: 'readOnlyHint', absent: false, careful: false },
  { ruleId: 'ANNOTATION_DESTRUCTIVE_CHANGED', key: 'destructiveHint', absent: true, careful: true },
  { ruleId: 'ANNOTATION_IDEMPOTENT_CHANGED', key: 'idempotentHint', absent: false, careful: false },
  { ruleId: 'ANNOTATION_OPEN_WORLD_CHANGED', key: 'openWorldHint', absent: true, careful: true },
] as const;

function annotationChanges({ base, head }: ToolPair): Change[] {
  return HINTS.flatMap(({ ruleId, key, absent, careful }) => {
    const before = own(annotations(base), key) ?? absent;
    const after = own(annotations(head), key) ?? absent;
    if (sameJson(before, after)) return [];
    // A hint that got less careful may silence an approval rule, one that got more careful was wrong before: both are read.
    const risk: Risk = after === careful ? 'high' : 'review';
    const tool = base.name;
    const message = `Tool "${tool}": ${key} was ${JSON.stringify(before)} and is ${JSON.stringify(after)}.`;
    return [
      makeChange({
        ruleId,
        tool,
        member: `tool:${tool}`,
        path: `/annotations/${key}`,
        message,
        from: before,
        to: after,
        risk,
      }),
    ];
  });
}

function headerChanges({ base, head }: ToolPair): Change[] {
  const placements = (member: Member): Map<string, string> => {
    const schema = member.definition['inputSchema'];
    return new Map(
      scanHeaders(isJsonObject(schema) ? schema : {}, '').placements.map((each) => [each.path, each.header]),
    );
  };
  const before = placements(base);
  const after = placements(head);
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort();
  return paths.flatMap((path) => {
    const from = before.get(path) ?? null;
    const to = after.get(path) ?? null;
    if (from === to) return [];
    const tool = base.name;
    const message = `Tool "${tool}": the argument at /inputSchema${path} is ${to === null ? 'no longer copied into a header' : `copied into the header Mcp-Param-${to}`}.`;
    const risk: Risk = to === null ? 'review' : 'high';
    return [
      makeChange({
        ruleId: 'HEADER_PLACEMENT_CHANGED',
        tool,
        member: `tool:${tool}`,
        path: `/inputSchema${path}/x-mcp-header`,
        message,
        from,
        to,
        risk,
      }),
    ];
  });
}
