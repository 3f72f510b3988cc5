import { canonicalJson, invisibleCodePoints, pointer } from '@rollcall/contract';
import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import { makeChange } from './change.js';
import type { Change, Risk } from './comparison.js';
import { textSignals } from './injection.js';
import { sameJson } from './same-json.js';
import type { SchemaPair } from './schema-changes.js';
import { type Doc, docOf, has, list, map, own, type Part, partId, referenced, Undecidable } from './schema-node.js';

/** How closely a person should look at a text that is new. */
export function textRisk(text: JsonValue | undefined): Risk {
  const whole = typeof text === 'string' ? text : canonicalJson(text ?? null);
  return textSignals(whole).length > 0 || invisibleCodePoints(whole).length > 0 ? 'high' : 'review';
}

type PlacePair = { base: Part; head: Part; path: string; depth: number };

const MAX_DEPTH = 32;
const TEXTS = ['title', 'description', 'examples', '$comment'];

/** Changes of one schema that concern no value: wording, defaults, optional properties that accept anything. */
export function wordingChanges(pair: SchemaPair, known: readonly Change[]): Change[] {
  const walk = new WordingWalk(pair, known);
  const base: Doc = docOf('base', pair.base);
  const head: Doc = docOf('head', pair.head);
  walk.visit({
    base: { schema: pair.base, doc: base },
    head: { schema: pair.head, doc: head },
    path: `/${pair.side}Schema`,
    depth: 0,
  });
  return walk.changes;
}

class WordingWalk {
  readonly changes: Change[] = [];
  private readonly seen = new Set<string>();
  private readonly known: ReadonlySet<string>;

  constructor(
    private readonly pair: SchemaPair,
    known: readonly Change[],
  ) {
    this.known = new Set(known.map((change) => change.path));
  }

  visit(at: PlacePair): void {
    const key = `${partId(at.base)} ${partId(at.head)}`;
    if (at.depth > MAX_DEPTH || this.seen.has(key)) return;
    this.seen.add(key);
    const { base, head } = at;
    if (!isJsonObject(base.schema) || !isJsonObject(head.schema)) return;
    this.compareTexts(at, base.schema, head.schema);
    if (this.pair.side === 'input') this.compareDefaults(at, base.schema, head.schema);
    this.followReferences(at);
    this.descend(at, base.schema, head.schema);
  }

  private followReferences(at: PlacePair): void {
    const base = target(at.base);
    const head = target(at.head);
    if (base !== at.base || head !== at.head) this.visit({ ...at, base, head, depth: at.depth + 1 });
  }

  private descend(at: PlacePair, base: JsonObject, head: JsonObject): void {
    const ours = map(base, 'properties');
    const theirs = map(head, 'properties');
    for (const name of Object.keys(theirs)) {
      if (has(ours, name)) this.child(at, [ours[name], theirs[name]], ['properties', name]);
      else this.added(at, name, theirs[name] ?? null);
    }
    for (const keyword of ['items', 'additionalProperties', 'propertyNames'])
      this.child(at, [own(base, keyword), own(head, keyword)], [keyword]);
    for (const keyword of ['anyOf', 'oneOf', 'allOf', 'prefixItems']) {
      const others = list(head, keyword);
      for (const [index, schema] of list(base, keyword).entries())
        this.child(at, [schema, others[index]], [keyword, String(index)]);
    }
  }

  private child(at: PlacePair, [base, head]: [JsonValue | undefined, JsonValue | undefined], tokens: string[]): void {
    if (base === undefined || head === undefined) return;
    const path = at.path + pointer(tokens);
    this.visit({
      base: { schema: base, doc: at.base.doc },
      head: { schema: head, doc: at.head.doc },
      path,
      depth: at.depth + 1,
    });
  }

  /** A property that accepts anything changes no verdict, but it is a new argument or field all the same. */
  private added(at: PlacePair, name: string, schema: JsonValue): void {
    const path = at.path + pointer(['properties', name]);
    if (this.known.has(path)) return;
    const ruleId = this.pair.side === 'input' ? 'INPUT_PROPERTY_ADDED' : 'OUTPUT_PROPERTY_ADDED';
    this.report({ ruleId, path, message: `"${name}" was added`, from: null, to: schema });
  }

  private compareTexts(at: PlacePair, base: JsonObject, head: JsonObject): void {
    for (const keyword of TEXTS) {
      const before = own(base, keyword) ?? null;
      const after = own(head, keyword) ?? null;
      if (sameJson(before, after)) continue;
      const ruleId = this.pair.side === 'input' ? 'PARAMETER_TEXT_CHANGED' : 'OUTPUT_TEXT_CHANGED';
      const path = at.path + pointer([keyword]);
      this.report({ ruleId, path, message: `the ${keyword} changed`, from: before, to: after, risk: textRisk(after) });
    }
  }

  private compareDefaults(at: PlacePair, base: JsonObject, head: JsonObject): void {
    const before = own(base, 'default');
    const after = own(head, 'default');
    if (before === undefined && after === undefined) return;
    if (before !== undefined && after !== undefined && sameJson(before, after)) return;
    const ruleId = before === undefined ? 'DEFAULT_ADDED' : 'DEFAULT_CHANGED';
    const show = (value: JsonValue | undefined): string =>
      value === undefined ? 'none' : JSON.stringify(value).slice(0, 80);
    const message = `the default was ${show(before)} and is ${show(after)}`;
    // Boxed, because a default may itself be null.
    const box = (value: JsonValue | undefined): JsonValue => (value === undefined ? [] : [value]);
    this.report({
      ruleId,
      path: at.path + pointer(['default']),
      message,
      from: box(before),
      to: box(after),
      risk: 'review',
    });
  }

  private report(draft: {
    ruleId: string;
    path: string;
    message: string;
    from: JsonValue;
    to: JsonValue;
    risk?: Risk;
  }): void {
    const { tool } = this.pair;
    const message = `Tool "${tool}": ${draft.message} at ${draft.path}.`;
    this.changes.push(makeChange({ ...draft, message, tool, member: `tool:${tool}` }));
  }
}

function target(part: Part): Part {
  try {
    return referenced(part)[0] ?? part;
  } catch (cause) {
    if (cause instanceof Undecidable) return part;
    throw cause;
  }
}
