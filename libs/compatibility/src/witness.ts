import { canonicalJson, pointer } from '@rollcall/contract';
import type { JsonValue } from '@rollcall/kernel';
import { type Answer, accepts } from './evaluate.js';
import type { Finding, Step } from './finding.js';
import { propertyNode } from './ranges.js';
import { Budget, type Doc, type Node, Undecidable } from './schema-node.js';
import { type Validator, validatorOf } from './validator.js';
import { boundaryValues, ValueMaker } from './value-maker.js';

const MAX_TRIES = 160;
const MAX_SEARCHES = 40;
const EVALUATION_STEPS = 20_000;
/** Work for one finding, and for all findings of one schema: making values, and our own evaluation of them. */
const STEPS_PER_SEARCH = 8_000;
const ALL_MAKING_STEPS = 40_000;
const ALL_EVALUATION_STEPS = 60_000;

/** A verified value, or why there is none. */
export type WitnessAnswer = { value: JsonValue } | { reason: string };

type Validators = { sub: Validator; sup: Validator };

/** Looks for values that one whole schema accepts and the other rejects, one search per finding. */
export class WitnessSearch {
  private searches = 0;
  private readonly maker = new ValueMaker(0);
  private making = ALL_MAKING_STEPS;
  private evaluating = ALL_EVALUATION_STEPS;
  private compiled: Validators | string | undefined;
  private stepped: boolean | undefined;

  constructor(
    private readonly subDoc: Doc,
    private readonly supDoc: Doc,
  ) {}

  /** The smallest value found that the smaller side accepts and the larger side rejects because of this finding. */
  search(finding: Finding): WitnessAnswer {
    if (this.searches++ >= MAX_SEARCHES)
      return { reason: 'No witness: too many changes in one schema to search for each.' };
    const granted = Math.min(STEPS_PER_SEARCH, this.making);
    this.maker.refill(granted);
    try {
      return this.searched(finding);
    } finally {
      this.making -= granted - this.maker.refill(0);
    }
  }

  private searched(finding: Finding): WitnessAnswer {
    // What the finding itself suggests nearly always does; everything else is made only when it does not.
    for (const values of [() => this.guesses(finding), () => this.locals(finding)]) {
      for (const value of this.whole(values(), finding)) {
        if (!this.isPlausible(value)) continue;
        const validators = this.validators();
        if (typeof validators === 'string') return { reason: `No witness: ${validators}.` };
        if (proves(value, finding, validators)) return { value };
      }
    }
    return { reason: 'No witness: none of the values tried is accepted by one side and rejected by the other.' };
  }

  /** Whole values of the schema with one of these at the place of the finding, smallest first. */
  private whole(values: readonly JsonValue[], { steps }: Finding): JsonValue[] {
    const made = values.flatMap((value) => embed(value, steps, this.maker));
    const sized = [...new Map(made.map((value) => [canonicalJson(value), value]))];
    sized.sort(([a], [b]) => a.length - b.length);
    return sized.slice(0, MAX_TRIES).map(([, value]) => value);
  }

  /** Compiled only when there is something to judge: most time of a comparison would go into it. */
  private validators(): Validators | string {
    if (this.compiled === undefined) {
      const sub = validatorOf(this.subDoc.root);
      const sup = validatorOf(this.supDoc.root);
      const reason = [sub, sup].find((each) => typeof each === 'string');
      this.compiled = typeof sub === 'string' || typeof sup === 'string' ? String(reason) : { sub, sup };
    }
    return this.compiled;
  }

  /** Whether such a number is a multiple of something, validators answer differently: no value for a proof. */
  private hasSteps(): boolean {
    this.stepped ??= [this.subDoc, this.supDoc].some(({ root }) => JSON.stringify(root).includes('"multipleOf"'));
    return this.stepped;
  }

  private guesses(finding: Finding): JsonValue[] {
    const { at, kind, hints } = finding;
    const smallest = kind === 'required' && at !== undefined ? this.maker.object(at, new Map()) : undefined;
    return [...hints, ...sized(finding, this.maker), ...(smallest === undefined ? [] : [smallest])];
  }

  private locals(finding: Finding): JsonValue[] {
    const { maker } = this;
    const sub: Node = finding.at?.facets ?? [];
    const sup: Node = subschema(finding.sup, this.supDoc);
    if (finding.kind === 'property' || finding.kind === 'closed' || finding.kind === 'property_open') {
      const last = finding.steps.at(-1);
      return last === undefined ? [] : childValues(last, maker);
    }
    if (finding.kind === 'names') return named(finding, maker);
    return [...maker.candidates(sub), ...boundaryValues(sub), ...boundaryValues(sup), ...maker.candidates(sup)];
  }

  /** Our own evaluation goes first: its work is bounded, that of generated code is not, and it costs no compilation. */
  private isPlausible(value: JsonValue): boolean {
    if (isHuge(value) && this.hasSteps()) return false;
    const granted = Math.min(EVALUATION_STEPS, this.evaluating);
    const budget = new Budget(granted);
    const answer = (doc: Doc): Answer => accepts(value, [{ schema: doc.root, doc }], budget);
    try {
      return answer(this.subDoc) !== 'no' && answer(this.supDoc) !== 'yes';
    } catch (cause) {
      if (cause instanceof Undecidable) return false;
      throw cause;
    } finally {
      this.evaluating -= granted - budget.remaining;
    }
  }
}

/** Written with an exponent: too large for a double to hold every whole number near it. */
function isHuge(value: JsonValue): boolean {
  return JSON.stringify(value).includes('e+');
}

/** Ajv has the last word. */
function proves(value: JsonValue, finding: Finding, { sub, sup }: Validators): boolean {
  try {
    if (sub(value).valid !== true) return false;
    const answer = sup(value);
    const place = pointer(finding.steps.map((step) => String(step.key)));
    const isHere = answer.places.some((each) => each.startsWith(place) || place.startsWith(each));
    return answer.valid === false && (finding.definite || isHere);
  } catch (cause) {
    // A schema that refers to itself without end overflows the stack of generated code.
    if (cause instanceof RangeError) return false;
    throw cause;
  }
}

function childValues(step: Step, maker: ValueMaker): JsonValue[] {
  const node = step.parent.facets.map((facet) => ({
    schema: childSchema(facet.schema, String(step.key)),
    doc: facet.doc,
  }));
  return maker.candidates(node);
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
  const made = (count: number): JsonValue | undefined =>
    finding.subject.endsWith('Items')
      ? maker.array(at, new Map(), { depth: 0, length: count })
      : finding.subject.endsWith('Properties')
        ? maker.sized(at, count)
        : undefined;
  return counts.map(made).filter((value) => value !== undefined);
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
