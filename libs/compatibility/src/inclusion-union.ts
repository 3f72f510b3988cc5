import { canonicalJson } from '@rollcall/contract';
import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import { bitsOf, isEmpty, isEmptyAlternative } from './emptiness.js';
import { type CheckContext, type Finding, finding, undecided } from './finding.js';
import { propertyNode, requiredNames } from './ranges.js';
import {
  type Alternative,
  type Budget,
  enumerated,
  has,
  inBoth,
  list,
  meaningOf,
  type Node,
  OPAQUE,
  type Part,
  TYPE_BITS,
  typeMask,
} from './schema-node.js';

/** `anyOf` and `oneOf` on the larger side. */
export function checkUnion(context: CheckContext): Finding[] {
  const { schema, doc } = context.facet;
  const parts = (keyword: string): Part[] => list(schema, keyword).map((one) => ({ schema: one, doc }));
  const any = parts('anyOf');
  const one = parts('oneOf');
  return [...(any.length > 0 ? coveredBy(context, any) : []), ...(one.length > 0 ? exactlyOne(context, one) : [])];
}

/** Is the alternative, cut into small enough pieces, inside the branches? */
function coveredBy(context: CheckContext, branches: readonly Part[]): Finding[] {
  const { inclusion, one, place, trail } = context;
  const tries = branches.map((branch) => inclusion.check(one, branch, place, trail));
  if (tries.some((findings) => findings.length === 0)) return [];
  const pieces = split(one, context);
  if (pieces.length > 1)
    return inclusion.budget.inside(() => pieces.flatMap((piece) => coveredBy({ ...context, one: piece }, branches)));
  const [piece] = pieces;
  if (piece === undefined) return [];
  return nearest(context, branches, tries);
}

/** The findings of the branch that is meant, when one clearly is; otherwise the union as a whole. */
function nearest(
  { one, facet, place }: CheckContext,
  branches: readonly Part[],
  tries: readonly Finding[][],
): Finding[] {
  const alike = tries.filter((findings, index) => {
    const { mask } = typeMask((branches[index]?.schema ?? {}) as JsonObject);
    return (
      (mask & one.mask) !== 0 &&
      findings.every((each) => each.kind !== 'type' || each.steps.length > place.steps.length)
    );
  });
  // The branch whose tag fits is meant, also when another one differs in fewer places.
  const misfit = (findings: readonly Finding[]): number =>
    Number(findings.some((each) => each.kind === 'enum' && each.steps.length === place.steps.length + 1));
  const best = alike.sort((a, b) => misfit(a) - misfit(b) || a.length - b.length)[0];
  const structured = (one.mask & (TYPE_BITS.object | TYPE_BITS.array)) !== 0;
  if (best !== undefined && structured && one.values === null)
    return best.map((each) => ({ ...each, definite: false }));
  const hints = one.values ?? [];
  return [
    finding('union', place, one, { subject: 'union', sub: describe(one), sup: facet.schema, hints, definite: false }),
  ];
}

function describe(one: Alternative): string[] {
  return Object.entries(TYPE_BITS)
    .filter(([, bit]) => (one.mask & bit) !== 0)
    .map(([name]) => name);
}

function exactlyOne(context: CheckContext, branches: readonly Part[]): Finding[] {
  const { inclusion, one, place, trail } = context;
  if (hasSameOneOf(one, branches, inclusion.budget)) return [];
  const outside = coveredBy(context, branches);
  if (outside.length > 0) return outside;
  const pieces = [one, ...split(one, context)];
  const [whole, ...parts] = pieces;
  const settled = (piece: Alternative): boolean => {
    const inside = branches.findIndex((branch) => inclusion.check(piece, branch, place, trail).length === 0);
    return (
      inside >= 0 &&
      branches.every((branch, index) => index === inside || isEmpty([...piece.origin, branch], inclusion.budget))
    );
  };
  if ((whole !== undefined && settled(whole)) || (parts.length > 0 && parts.every(settled))) return [];
  return [undecided(place, 'a value might match more than one branch of oneOf', one)];
}

function hasSameOneOf(one: Alternative, branches: readonly Part[], budget: Budget): boolean {
  const meaning = (part: Part): string => meaningOf(part, budget);
  const wanted = branches.map(meaning).sort().join('\n');
  return one.facets.some((facet) => {
    const ours = list(facet.schema, 'oneOf').map((schema) => meaning({ schema, doc: facet.doc }));
    return ours.length === branches.length && ours.sort().join('\n') === wanted;
  });
}

const MAX_PIECES = 16;

/** Smaller alternatives that together are the same: by type, by the two booleans, by a required property with few values. */
function split(one: Alternative, { inclusion, facet }: CheckContext): Alternative[] {
  if (one.values !== null) return one.values.map((value) => ({ ...one, values: [value] }));
  const bits = bitsOf(one.mask);
  if (bits.length > 1) {
    const pieces = bits.map((mask) => ({ ...one, mask, integerOnly: one.integerOnly && mask === TYPE_BITS.number }));
    return pieces.filter((piece) => !isEmptyAlternative(piece, inclusion.budget));
  }
  if (one.mask === TYPE_BITS.boolean) return [true, false].map((value) => ({ ...one, values: [value] }));
  if (one.mask === TYPE_BITS.null) return [{ ...one, values: [null] }];
  if (one.mask !== TYPE_BITS.object) return [one];
  for (const name of requiredNames(one)) {
    const values = listedValues(propertyNode(one, name));
    // One value is what an earlier split has left: splitting again would never end.
    if (values === null || values.length < 2 || values.length > MAX_PIECES) continue;
    return values.map((value) => {
      const only = { schema: { properties: { [name]: { const: value } } }, doc: facet.doc };
      return { ...one, facets: [...one.facets, only], origin: [...one.origin, only] };
    });
  }
  return [one];
}

/** The values a conjunction leaves by `enum` and `const` alone. */
function listedValues(node: Node): JsonValue[] | null {
  const lists = node.flatMap(({ schema }) => {
    const listed = isJsonObject(schema) ? enumerated(schema) : null;
    return listed === null ? [] : [listed];
  });
  const [first, ...others] = lists;
  if (first === undefined) return null;
  const left = others.reduce(inBoth, first);
  return [...new Map(left.map((value) => [canonicalJson(value), value])).values()];
}

const GROUPS: readonly (readonly string[])[] = [
  ['if', 'then', 'else'],
  ['contains', 'minContains', 'maxContains'],
  ...OPAQUE.filter((keyword) => !/^(if|then|else|contains|minContains|maxContains|nullable)$/.test(keyword)).map(
    (keyword) => [keyword],
  ),
];
/** These depend on what stands beside them, so that being the same is not enough. */
const CONTEXTUAL: ReadonlySet<string> = new Set([
  'unevaluatedProperties',
  'unevaluatedItems',
  '$dynamicRef',
  '$recursiveRef',
]);

/** Keywords that are compared only for being the same on both sides. */
export function checkOpaque({ one, facet, place, inclusion }: CheckContext): Finding[] {
  const out: Finding[] = [];
  for (const group of GROUPS) {
    if (!group.some((keyword) => has(facet.schema, keyword))) continue;
    const wanted = meaningOf({ schema: pickGroup(facet.schema, group), doc: facet.doc }, inclusion.budget);
    const same = one.facets.some(
      (each) => meaningOf({ schema: pickGroup(each.schema, group), doc: each.doc }, inclusion.budget) === wanted,
    );
    if (!same || group.some((keyword) => CONTEXTUAL.has(keyword))) {
      out.push(undecided(place, `the keyword "${group[0]}" is compared only for being the same`, one));
    }
  }
  const nullable = facet.schema['nullable'] === true && (one.mask & TYPE_BITS.null) !== 0;
  if (nullable && !one.facets.some((each) => each.schema['nullable'] === true)) {
    out.push(undecided(place, 'validators disagree about the keyword "nullable"', one));
  }
  return out;
}

function pickGroup(schema: JsonObject, group: readonly string[]): JsonObject {
  const out: JsonObject = {};
  for (const keyword of group) if (has(schema, keyword)) out[keyword] = schema[keyword] ?? null;
  return out;
}
