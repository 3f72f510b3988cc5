import { canonicalJson, pointer } from '@rollcall/contract';
import { isJsonObject, type JsonObject } from '@rollcall/kernel';
import { isEmpty } from './emptiness.js';
import { accepts } from './evaluate.js';
import { below, type CheckContext, type Finding, finding, MAX_FINDINGS, undecided } from './finding.js';
import { counts } from './inclusion-scalar.js';
import { isPatterned, nameNode, nameSamples } from './property-names.js';
import { countsOf, declaredNames, otherNode, propertyNode, requiredNames, schemasOf } from './ranges.js';
import { type Alternative, type Budget, has, list, map, own, TYPE_BITS } from './schema-node.js';

/** A property name nobody declares, for values that show what an open model accepts. */
const UNDECLARED = 'undeclared_property';

/** Everything about objects: required, declared and undeclared properties, names and counts. */
export function checkObject(context: CheckContext): Finding[] {
  const { one, facet, place, inclusion } = context;
  if ((one.mask & TYPE_BITS.object) === 0) return [];
  const closed = isEmpty(otherNode(one), inclusion.budget);
  const have = countsOf(schemasOf(one), 'Properties');
  const required = requiredNames(one);
  const min = Math.max(have.min, required.size);
  const max = closed ? Math.min(have.max, declaredNames(one).size) : have.max;
  if (min > max) return [];
  return [
    ...checkRequired(context, required),
    ...checkDeclared(context),
    ...checkOther(context, closed),
    ...checkNames(context, closed),
    ...counts({ one, facet, place }, 'Properties', { min, max }),
  ];
}

function checkRequired({ one, facet, place }: CheckContext, required: ReadonlySet<string>): Finding[] {
  const missing = new Set(
    list(facet.schema, 'required').filter((name) => typeof name === 'string' && !required.has(name)),
  );
  const ours = declaredNames(one);
  return [...missing].map((raw) => {
    const name = String(raw);
    const declared = own(map(facet.schema, 'properties'), name);
    const isNew = declared !== undefined && !ours.has(name);
    const withDefault = isJsonObject(declared) && has(declared, 'default');
    const path = place.path + pointer(['properties', name]);
    return finding('required', { path, steps: place.steps }, one, {
      subject: name,
      sub: 'optional',
      sup: 'required',
      withDefault,
      ...(isNew ? { declared } : {}),
    });
  });
}

function checkDeclared(context: CheckContext): Finding[] {
  const { one, facet, place, inclusion } = context;
  const theirs = map(facet.schema, 'properties');
  const ours = declaredNames(one);
  const out: Finding[] = [];
  for (const name of new Set([...ours, ...Object.keys(theirs)])) {
    if (out.length > MAX_FINDINGS) break;
    const sub = propertyNode(one, name);
    const declared = own(theirs, name);
    const schema = declared ?? own(facet.schema, 'additionalProperties') ?? true;
    if (schema === true || isEmpty(sub, inclusion.budget)) continue;
    const next = below(place, ['properties', name], { parent: one, key: name });
    if (schema === false && ours.has(name)) {
      const definite = !one.loose && !has(facet.schema, 'patternProperties');
      out.push({
        ...finding('property', next, one, { subject: name, definite, sub: 'allowed', sup: 'refused' }),
        steps: next.steps,
      });
      continue;
    }
    const findings = inclusion.includes(sub, [{ schema, doc: facet.doc }], next);
    if (ours.has(name)) out.push(...findings);
    else if (findings.length > 0)
      out.push(finding('property_open', next, one, { subject: name, sub: 'anything', sup: schema }));
  }
  return out;
}

function checkOther(context: CheckContext, closed: boolean): Finding[] {
  const { one, facet, place, inclusion } = context;
  const rest = own(facet.schema, 'additionalProperties') ?? true;
  if (rest === true || closed) return [];
  const free = freeName(one, facet.schema, inclusion.budget);
  const next = below(place, ['additionalProperties'], { parent: one, key: free ?? UNDECLARED });
  if (hasForeignPatterns({ one, facet }))
    return [undecided(next, 'patternProperties is compared only for being the same', one)];
  if (rest !== false) {
    const findings = inclusion.includes(otherNode(one), [{ schema: rest, doc: facet.doc }], next);
    // When no name is known that an undeclared property could have, only a value that shows it makes it certain.
    return free === null ? findings.map((each) => ({ ...each, definite: false })) : findings;
  }
  const definite = free !== null && !one.loose && !has(facet.schema, 'patternProperties');
  return [
    {
      ...finding('closed', next, one, { subject: 'additionalProperties', definite, sub: true, sup: false }),
      steps: next.steps,
    },
  ];
}

/** Patterned properties that only the smaller side has may hold what the larger side's additionalProperties forbids. */
function hasForeignPatterns({ one, facet }: Pick<CheckContext, 'one' | 'facet'>): boolean {
  const theirs = canonicalJson(own(facet.schema, 'patternProperties') ?? null);
  return schemasOf(one).some(
    (schema) => has(schema, 'patternProperties') && canonicalJson(schema['patternProperties'] ?? null) !== theirs,
  );
}

/** A name for a property that neither side declares, or null when none is known that the smaller side accepts. */
function freeName(one: Alternative, schema: JsonObject, budget: Budget): string | null {
  const taken = new Set([...declaredNames(one), ...Object.keys(map(schema, 'properties'))]);
  const names = nameNode(one);
  const suggested = [UNDECLARED, `${UNDECLARED}_`, ...requiredNames(one), ...nameSamples(one)];
  return (
    suggested.find((name) => !taken.has(name) && !isPatterned(one, name) && accepts(name, names, budget) === 'yes') ??
    null
  );
}

function checkNames({ one, facet, place, inclusion }: CheckContext, closed: boolean): Finding[] {
  const schema = own(facet.schema, 'propertyNames');
  if (schema === undefined || schema === true) return [];
  const path = place.path + pointer(['propertyNames']);
  const here = { path, steps: place.steps };
  const sup = [{ schema, doc: facet.doc }];
  const ours = nameNode(one);
  if (closed) {
    const refused = [...declaredNames(one)].filter(
      (name) =>
        accepts(name, ours, inclusion.budget) !== 'no' &&
        accepts(name, sup, inclusion.budget) !== 'yes' &&
        !isEmpty(propertyNode(one, name), inclusion.budget),
    );
    if (refused.length === 0) return [];
    return [
      finding('names', here, one, {
        subject: refused[0] ?? '',
        sub: refused,
        sup: schema,
        hints: refused,
        definite: false,
      }),
    ];
  }
  const findings = inclusion.includes([...ours, { schema: TEXT, doc: facet.doc }], sup, here);
  if (findings.length === 0) return [];
  return [
    finding('names', here, one, {
      subject: 'propertyNames',
      sub: ours.map((each) => each.schema),
      sup: schema,
      definite: false,
    }),
  ];
}

const TEXT = { type: 'string' };
