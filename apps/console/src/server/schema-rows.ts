import { type JsonRecord, listOf, recordOf, stringOf } from '../display/json-shape.js';

/** One line of a schema shown as a table. */
export type SchemaRow = {
  /** `filter.tags[]`. */
  path: string;
  type: string;
  required: boolean;
  description: string | null;
  /** `min 1`, `default 10`, `pattern ^a$`, in words. */
  constraints: string[];
};

const maxDepth = 6;
const maxRows = 200;

const bounds: readonly [keyword: string, word: string][] = [
  ['const', 'always'],
  ['default', 'default'],
  ['minimum', 'at least'],
  ['exclusiveMinimum', 'more than'],
  ['maximum', 'at most'],
  ['exclusiveMaximum', 'less than'],
  ['multipleOf', 'multiple of'],
  ['minLength', 'min length'],
  ['maxLength', 'max length'],
  ['minItems', 'min items'],
  ['maxItems', 'max items'],
  ['pattern', 'pattern'],
  ['format', 'format'],
];

const inJson = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

function typeOf(schema: JsonRecord): string {
  const declared = schema['type'];
  if (Array.isArray(declared)) return declared.map(String).join(' | ');
  if (typeof declared === 'string') return declared;
  if (Array.isArray(schema['enum'])) return 'enum';
  for (const keyword of ['anyOf', 'oneOf', 'allOf']) {
    const parts = listOf(schema[keyword]).map((part) => typeOf(recordOf(part) ?? {}));
    if (parts.length > 0) return [...new Set(parts)].join(keyword === 'allOf' ? ' & ' : ' | ');
  }
  return stringOf(schema['$ref']) ?? 'any';
}

function constraintsOf(schema: JsonRecord): string[] {
  const found = bounds
    .filter(([keyword]) => schema[keyword] !== undefined)
    .map(([keyword, word]) => `${word} ${inJson(schema[keyword])}`);
  const values = listOf(schema['enum']).map(inJson);
  if (values.length > 0) found.unshift(`one of ${values.join(', ')}`);
  if (schema['additionalProperties'] === false) found.push('no other fields');
  return found;
}

/** Follows a local `$ref` one step; anything else, also a remote one, stays as it is: nothing is ever fetched. */
function resolve(schema: JsonRecord, root: JsonRecord): JsonRecord {
  const ref = stringOf(schema['$ref']);
  if (ref === null || !ref.startsWith('#/')) return schema;
  let target: unknown = root;
  for (const part of ref.slice(2).split('/')) {
    target = recordOf(target)?.[part.replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  const found = recordOf(target);
  return found === null ? schema : { ...found, ...schema };
}

/** Flattens a schema into rows, nested fields by path. Stops at depth 6 and at 200 rows: the JSON view has all. */
export function schemaRows(schema: unknown): { rows: SchemaRow[]; cut: boolean } {
  const root = recordOf(schema) ?? {};
  const rows: SchemaRow[] = [];
  let cut = false;

  const visit = (value: JsonRecord, prefix: string, depth: number): void => {
    const node = resolve(value, root);
    const properties = recordOf(node['properties']);
    const items = recordOf(node['items']);
    if (depth > maxDepth) {
      cut ||= properties !== null || items !== null;
      return;
    }
    if (items !== null) visit(items, `${prefix}[]`, depth + 1);
    const required = listOf(node['required']);
    for (const [name, raw] of Object.entries(properties ?? {})) {
      if (rows.length >= maxRows) {
        cut = true;
        return;
      }
      const child = recordOf(raw) ?? {};
      const known = resolve(child, root);
      const path = prefix === '' ? name : `${prefix}.${name}`;
      const itemType = recordOf(known['items']);
      rows.push({
        path,
        type: itemType === null ? typeOf(known) : `${typeOf(known)} of ${typeOf(resolve(itemType, root))}`,
        required: required.includes(name),
        description: stringOf(known['description']),
        constraints: constraintsOf(known),
      });
      visit(child, path, depth + 1);
    }
  };
  visit(root, '', 0);
  return { rows, cut };
}
