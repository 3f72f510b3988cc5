import type { JsonObject, JsonValue } from '@rollcall/kernel';
import { bitsOf, isEmpty } from './emptiness.js';
import { accepts, prefixOf } from './evaluate.js';
import {
  below,
  type CheckContext,
  type Finding,
  type FindingKind,
  finding,
  MAX_FINDINGS,
  undecided,
} from './finding.js';
import { countsOf, type Interval, intervalOf, isEmptyInterval, itemNode, schemasOf } from './ranges.js';
import { type Alternative, type Doc, enumerated, has, own, type Part, TYPE_BITS, typeMask } from './schema-node.js';

const KEYWORDS_OF_KIND: [FindingKind, readonly string[]][] = [
  ['type', ['type']],
  ['enum', ['enum', 'const']],
  [
    'bound',
    [
      'minimum',
      'maximum',
      'exclusiveMinimum',
      'exclusiveMaximum',
      'multipleOf',
      'minLength',
      'maxLength',
      'minItems',
      'maxItems',
      'minProperties',
      'maxProperties',
    ],
  ],
  ['unique', ['uniqueItems']],
  ['pattern', ['pattern']],
  ['required', ['required']],
  ['format', ['format']],
];
const ELSEWHERE: ReadonlySet<string> = new Set([
  'anyOf',
  'oneOf',
  'allOf',
  '$ref',
  ...KEYWORDS_OF_KIND.flatMap(([, keywords]) => keywords),
]);

/** A finite set of values is simply tried, keyword family by keyword family. */
export function checkValues({ inclusion, one, facet, place }: CheckContext): Finding[] {
  const values = (one.values ?? []).filter((value) => accepts(value, one.facets, inclusion.budget) !== 'no');
  const out: Finding[] = [];
  const test = (kind: FindingKind, part: JsonObject): void => {
    if (Object.keys(part).length === 0) return;
    const node = [{ schema: part, doc: facet.doc }];
    const answers = values.map((value) => ({ value, answer: accepts(value, node, inclusion.budget) }));
    const rejected = answers.filter(({ answer }) => answer === 'no').map(({ value }) => value);
    if (rejected.length > 0) {
      const sup = Object.values(part)[0] ?? null;
      out.push(
        finding(kind, place, one, {
          subject: JSON.stringify(rejected[0]),
          sub: rejected.slice(0, 20),
          sup,
          hints: rejected,
        }),
      );
    } else if (answers.some(({ answer }) => answer === 'unknown')) {
      out.push(
        kind === 'format'
          ? finding('format', place, one, { subject: String(own(part, 'format')), sup: own(part, 'format') ?? null })
          : undecided(place, 'a listed value cannot be evaluated', one),
      );
    }
  };
  for (const [kind, keywords] of KEYWORDS_OF_KIND)
    test(
      kind,
      only(facet.schema, (keyword) => keywords.includes(keyword)),
    );
  test(
    'type',
    only(facet.schema, (keyword) => !ELSEWHERE.has(keyword)),
  );
  return out;
}

function only(schema: JsonObject, keep: (keyword: string) => boolean): JsonObject {
  return Object.fromEntries(Object.entries(schema).filter(([keyword]) => keyword !== '__proto__' && keep(keyword)));
}

/** `type`, `enum` and `const` against values that are not finite. */
export function checkTypes({ one, facet, place, inclusion }: CheckContext): Finding[] {
  const { mask, integerOnly } = typeMask(facet.schema);
  const out: Finding[] = [];
  const sub = own(one.facets.find((each) => has(each.schema, 'type'))?.schema ?? {}, 'type') ?? 'any';
  const sup = own(facet.schema, 'type') ?? 'any';
  const extra = one.mask & ~mask;
  const real = bitsOf(extra).filter((bit) => !isEmpty([...one.facets, typeOnly(bit, facet.doc)], inclusion.budget));
  const both = { sub, sup };
  if (real.length > 0)
    out.push(
      finding('type', place, one, { ...both, subject: real.map(nameOf).join(', '), hints: real.flatMap(samplesOf) }),
    );
  const fractions = integerOnly && (one.mask & TYPE_BITS.number) !== 0 && !one.integerOnly;
  if (fractions && !isEmptyInterval(intervalOf(schemasOf(one), false))) {
    out.push(
      finding('type', place, one, {
        ...both,
        subject: 'number that is not whole',
        hints: [0.5, 1.5, ...middleOf(intervalOf(schemasOf(one), false))],
      }),
    );
  }
  const allowed = enumerated(facet.schema);
  if (allowed === null) return out;
  if (one.mask === TYPE_BITS.null || one.mask === TYPE_BITS.boolean) {
    const finite: Alternative = { ...one, values: one.mask === TYPE_BITS.null ? [null] : [true, false] };
    return [
      ...out,
      ...checkValues({ inclusion, one: finite, facet, place, trail: [] }).filter((each) => each.kind === 'enum'),
    ];
  }
  return [...out, finding('enum_missing', place, one, { subject: 'any value', sub: 'any', sup: allowed.slice(0, 20) })];
}

function middleOf(interval: Interval): JsonValue[] {
  if (Number.isFinite(interval.low)) return [interval.low + 0.5];
  return Number.isFinite(interval.high) ? [interval.high - 0.5] : [];
}

function nameOf(bit: number): string {
  return NAMES.get(bit) ?? 'value';
}

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(TYPE_BITS).map(([name, bit]) => [bit, name]));
const TYPE_ONLY: ReadonlyMap<number, JsonObject> = new Map([...NAMES].map(([bit, name]) => [bit, { type: name }]));

function typeOnly(bit: number, doc: Doc): Part {
  return { schema: TYPE_ONLY.get(bit) ?? false, doc };
}

const SAMPLES: Readonly<Record<string, JsonValue[]>> = {
  null: [null],
  boolean: [true, false],
  number: [0, 1],
  string: ['', 'a'],
  array: [[]],
  object: [{}],
};

function samplesOf(bit: number): JsonValue[] {
  return SAMPLES[nameOf(bit)] ?? [];
}

/** The numeric bounds and `multipleOf`. */
export function checkNumber({ one, facet, place }: CheckContext): Finding[] {
  if ((one.mask & TYPE_BITS.number) === 0) return [];
  const have = intervalOf(schemasOf(one), one.integerOnly);
  if (isEmptyInterval(have)) return [];
  const want = intervalOf([facet.schema], one.integerOnly);
  const out: Finding[] = [];
  if (have.low < want.low || (have.low === want.low && want.lowOpen && !have.lowOpen)) {
    out.push(
      finding(boundKind(one, -want.low), place, one, {
        subject: 'minimum',
        sub: finite(have.low),
        sup: finite(want.low),
        hints: around(have.low, want.low),
      }),
    );
  }
  if (have.high > want.high || (have.high === want.high && want.highOpen && !have.highOpen)) {
    out.push(
      finding(boundKind(one, want.high), place, one, {
        subject: 'maximum',
        sub: finite(have.high),
        sup: finite(want.high),
        hints: around(have.high, want.high),
      }),
    );
  }
  const step = own(facet.schema, 'multipleOf');
  if (typeof step === 'number' && !isMultiple(one, step)) {
    const base = Number.isFinite(have.low) ? have.low : 0;
    const hints = [base, base + 1, base + 2, 1, 2, 3, 5, 7, 0.5, step / 2, step + 1];
    out.push(
      finding('bound', place, one, { subject: 'multipleOf', sub: multiplesOf(one), sup: step, hints, definite: false }),
    );
  }
  return out;
}

/** A bound on whole numbers that refuses only those JSON does not carry exactly (RFC 7493 section 2.2) is a kind of its own. */
function boundKind(one: Alternative, reach: number): 'bound' | 'inexact' {
  return one.integerOnly && reach >= Number.MAX_SAFE_INTEGER ? 'inexact' : 'bound';
}

function multiplesOf(one: Alternative): number[] {
  return schemasOf(one).flatMap((schema) => {
    const step = own(schema, 'multipleOf');
    return typeof step === 'number' ? [step] : [];
  });
}

/** Only whole steps are reasoned about: fractions of doubles are rounded, and validators differ there. */
function isMultiple(one: Alternative, step: number): boolean {
  const steps = multiplesOf(one);
  if (steps.includes(step)) return true;
  if (step === 1 && one.integerOnly) return true;
  return Number.isInteger(step) && steps.some((have) => Number.isInteger(have) && have % step === 0);
}

function finite(bound: number): JsonValue {
  return Number.isFinite(bound) ? bound : 'unbounded';
}

/** From here on the shortest text of a number has an exponent, and every program reads the same number from it. */
const FAITHFUL = 1e21;

function isHuge(value: number): boolean {
  return Number.isFinite(value) && Math.abs(value) >= FAITHFUL;
}

function around(have: number, want: number): JsonValue[] {
  const near = [
    want - 1,
    want + 1,
    want,
    want - 0.5,
    want + 0.5,
    have,
    have + 0.5,
    have - 0.5,
    (have + want) / 2,
    want * 2,
    want / 2,
    FAITHFUL * Math.sign(want),
  ];
  return near.filter((value) => Math.abs(value) <= Number.MAX_SAFE_INTEGER || isHuge(value));
}

/** String lengths, `pattern` and `format`. */
export function checkString({ one, facet, place }: CheckContext): Finding[] {
  const out: Finding[] = [];
  const format = own(facet.schema, 'format');
  const hasFormat = schemasOf(one).some((schema) => own(schema, 'format') === format);
  if (typeof format === 'string' && !hasFormat && (one.mask & (TYPE_BITS.string | TYPE_BITS.number)) !== 0) {
    const sub = schemasOf(one).flatMap((schema) => own(schema, 'format') ?? []);
    out.push(finding('format', place, one, { subject: format, sub, sup: format }));
  }
  if ((one.mask & TYPE_BITS.string) === 0) return out;
  const have = countsOf(schemasOf(one), 'Length');
  if (have.min > have.max) return out;
  out.push(...counts({ one, facet, place }, 'Length', have));
  const pattern = own(facet.schema, 'pattern');
  const patterns = schemasOf(one).flatMap((schema) => own(schema, 'pattern') ?? []);
  if (typeof pattern === 'string' && !patterns.includes(pattern)) {
    out.push(finding('pattern', place, one, { subject: pattern, sub: patterns, sup: pattern, definite: false }));
  }
  return out;
}

/** Findings for a `min…`/`max…` pair of counts. */
export function counts(
  { one, facet, place }: Pick<CheckContext, 'one' | 'facet' | 'place'>,
  what: 'Length' | 'Items' | 'Properties',
  have: { min: number; max: number },
): Finding[] {
  const want = countsOf([facet.schema], what);
  const out: Finding[] = [];
  if (have.min < want.min)
    out.push(finding('bound', place, one, { subject: `min${what}`, sub: have.min, sup: want.min }));
  if (have.max > want.max)
    out.push(finding('bound', place, one, { subject: `max${what}`, sub: finite(have.max), sup: want.max }));
  return out;
}

/** Array counts, `uniqueItems` and the elements, position by position. */
export function checkArray({ inclusion, one, facet, place }: CheckContext): Finding[] {
  if ((one.mask & TYPE_BITS.array) === 0) return [];
  const have = countsOf(schemasOf(one), 'Items');
  if (have.min > have.max) return [];
  const out = counts({ one, facet, place }, 'Items', have);
  const unique = schemasOf(one).some((schema) => own(schema, 'uniqueItems') === true);
  if (own(facet.schema, 'uniqueItems') === true && !unique && have.max > 1) {
    out.push(finding('unique', place, one, { subject: 'uniqueItems', sub: false, sup: true }));
  }
  const positions = Math.max(prefixOf(facet.schema).length, ...schemasOf(one).map((schema) => prefixOf(schema).length));
  for (let index = 0; index <= positions && index < have.max && out.length <= MAX_FINDINGS; index++) {
    const sup = itemNode({ ...one, facets: [facet] }, index);
    const sub = itemNode(one, index);
    if (sup.every((part) => part.schema === true) || isEmpty(sub, inclusion.budget)) continue;
    const keywords = index < positions ? ['prefixItems', String(index)] : ['items'];
    out.push(...inclusion.includes(sub, sup, below(place, keywords, { parent: one, key: index })));
  }
  return out;
}
