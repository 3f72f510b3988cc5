import { canonicalJson } from '@rollcall/contract';
import type { JsonValue } from '@rollcall/kernel';
import { accepts } from './evaluate.js';
import { type Finding, pointer, type Step } from './finding.js';
import { propertyNode } from './ranges.js';
import { Budget, type Doc, type Node, Undecidable } from './schema-node.js';
import { type Validator, validatorOf } from './validator.js';
import { boundaryValues, distinct, ValueMaker } from './value-maker.js';

const MAX_TRIES = 160;
const MAX_SEARCHES = 40;
const EVALUATION_STEPS = 20_000;

/** A verified value, or why there is none. */
export type WitnessAnswer = { value: JsonValue } | { reason: string };

/** Looks for values that one whole schema accepts and the other rejects, one search per finding. */
export class WitnessSearch {
  private searches = 0;
  private readonly sub: Validator | string;
  private readonly sup: Validator | string;

  constructor(
    private readonly subDoc: Doc,
    private readonly supDoc: Doc,
  ) {
    this.sub = validatorOf(subDoc.root);
    this.sup = validatorOf(supDoc.root);
  }

  /** The smallest value found that the smaller side accepts and the larger side rejects because of this finding. */
  search(finding: Finding): WitnessAnswer {
    if (typeof this.sub === 'string') return { reason: `No witness: ${this.sub}.` };
    if (typeof this.sup === 'string') return { reason: `No witness: ${this.sup}.` };
    if (this.searches++ >= MAX_SEARCHES)
      return { reason: 'No witness: too many changes in one schema to search for each.' };
    const maker = new ValueMaker();
    const values = distinct(this.locals(finding, maker).flatMap((value) => embed(value, finding.steps, maker)));
    const ordered = values
      .map((value) => ({ value, size: canonicalJson(value).length }))
      .sort((a, b) => a.size - b.size);
    for (const { value } of ordered.slice(0, MAX_TRIES)) {
      if (this.proves(value, finding)) return { value };
    }
    return { reason: 'No witness: none of the values tried is accepted by one side and rejected by the other.' };
  }

  private locals(finding: Finding, maker: ValueMaker): JsonValue[] {
    const sub: Node = finding.at?.facets ?? [];
    const sup: Node = subschema(finding.sup, this.supDoc);
    if (finding.kind === 'property' || finding.kind === 'closed' || finding.kind === 'property_open') {
      const last = finding.steps.at(-1);
      return last === undefined ? [] : this.childValues(last, maker);
    }
    if (finding.kind === 'names') return named(finding, maker);
    return [
      ...finding.hints,
      ...maker.candidates(sub),
      ...boundaryValues(sub),
      ...boundaryValues(sup),
      ...maker.candidates(sup),
      ...sized(finding, maker),
    ];
  }

  private childValues(step: Step, maker: ValueMaker): JsonValue[] {
    const node = step.parent.facets.map((facet) => ({
      schema: childSchema(facet.schema, String(step.key)),
      doc: facet.doc,
    }));
    return maker.candidates(node);
  }

  /** Ajv decides; our own evaluation goes first because its work is bounded and that of generated code is not. */
  private proves(value: JsonValue, finding: Finding): boolean {
    if (typeof this.sub === 'string' || typeof this.sup === 'string') return false;
    try {
      if (accepts(value, [{ schema: this.subDoc.root, doc: this.subDoc }], new Budget(EVALUATION_STEPS)) === 'no')
        return false;
      accepts(value, [{ schema: this.supDoc.root, doc: this.supDoc }], new Budget(EVALUATION_STEPS));
      if (!this.sub(value).valid) return false;
      const answer = this.sup(value);
      const place = pointer(finding.steps.map((step) => String(step.key)));
      return (
        !answer.valid &&
        (finding.definite || answer.places.some((each) => each.startsWith(place) || place.startsWith(each)))
      );
    } catch (cause) {
      // A schema that refers to itself without end overflows the stack of generated code.
      if (cause instanceof Undecidable || cause instanceof RangeError) return false;
      throw cause;
    }
  }
}

function subschema(sup: JsonValue, doc: Doc): Node {
  return typeof sup === 'object' && sup !== null && !Array.isArray(sup) ? [{ schema: sup, doc }] : [];
}

function childSchema(schema: Record<string, JsonValue>, key: string): JsonValue {
  const properties = schema['properties'];
  if (
    typeof properties === 'object' &&
    properties !== null &&
    !Array.isArray(properties) &&
    Object.hasOwn(properties, key)
  ) {
    return properties[key] as JsonValue;
  }
  return Object.hasOwn(schema, 'additionalProperties') ? (schema['additionalProperties'] as JsonValue) : true;
}

/** Values whose length or count is just outside what the other side allows. */
function sized(finding: Finding, maker: ValueMaker): JsonValue[] {
  const limit = finding.sup;
  const { at } = finding;
  if (finding.kind !== 'bound' || typeof limit !== 'number' || limit > 2_000 || at === undefined) return [];
  const counts = [limit - 1, limit + 1].filter((count) => count >= 0 && Number.isInteger(count));
  if (finding.subject.endsWith('Length')) return counts.map((count) => 'a'.repeat(count));
  if (!finding.subject.endsWith('Items')) return [];
  return counts
    .map((length) => maker.array(at, new Map(), { depth: 0, length }))
    .filter((value) => value !== undefined);
}

/** Objects with a property name the other side may refuse. */
function named(finding: Finding, maker: ValueMaker): JsonValue[] {
  const { at } = finding;
  if (at === undefined) return [];
  const names = ['a', 'A', '0', '', '-', 'undeclared property', ...finding.hints].filter(
    (name) => typeof name === 'string',
  );
  return names.flatMap((name) => {
    const [value] = maker.candidates(propertyNode(at, name));
    const object = value === undefined ? undefined : maker.object(at, new Map([[name, value]]));
    return object === undefined ? [] : [object];
  });
}

/** Puts a value at its place inside the smallest parents the smaller side accepts. */
function embed(value: JsonValue, steps: readonly Step[], maker: ValueMaker): JsonValue[] {
  let current: JsonValue = value;
  for (const step of [...steps].reverse()) {
    const parent: JsonValue | undefined =
      typeof step.key === 'number'
        ? maker.array(step.parent, new Map([[step.key, current]]), { depth: 0 })
        : maker.object(step.parent, new Map([[step.key, current]]), 0);
    if (parent === undefined) return [];
    current = parent;
  }
  return [current];
}
