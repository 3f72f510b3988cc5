import { isJsonObject, type JsonValue } from '@rollcall/kernel';
import { patternSamples } from './pattern-samples.js';
import { cheapPattern } from './patterns.js';
import { schemasOf } from './ranges.js';
import { type Alternative, list, map, type Node, own, type Part } from './schema-node.js';

/** Everything an alternative says about the names of properties. */
export function nameNode(one: Alternative): Node {
  return one.facets.flatMap((facet) => {
    const names = own(facet.schema, 'propertyNames');
    return names === undefined ? [] : [{ schema: names, doc: facet.doc }];
  });
}

/** Names that `propertyNames` lists or that its pattern probably accepts, and a few that most patterns tell apart. */
export function nameSamples(one: Alternative): string[] {
  const said = schemasOf(one).flatMap((schema) => {
    const names = own(schema, 'propertyNames');
    if (names === undefined || !isJsonObject(names)) return [];
    const pattern = own(names, 'pattern');
    const listed = [...list(names, 'enum'), own(names, 'const') ?? null];
    return [...listed, ...(typeof pattern === 'string' ? patternSamples(pattern) : [])];
  });
  return [...new Set([...said, 'a', 'b', 'x', 'aa', 'ab', 'A', '0', '_'])].filter(
    (name): name is string => typeof name === 'string',
  );
}

/** True unless certainly no `patternProperties` of the alternative covers the name. */
export function isPatterned(one: Alternative, name: string): boolean {
  return schemasOf(one).some((schema) =>
    Object.keys(map(schema, 'patternProperties')).some((pattern) => cheapPattern(pattern)?.test(name) ?? true),
  );
}

/** What a value for the property has to satisfy, patterned properties included: for making values, not for judging. */
export function madeNode(one: Alternative, name: string): Node {
  return one.facets.flatMap((facet): Part[] => {
    const part = (schema: JsonValue): Part => ({ schema, doc: facet.doc });
    const patterned = Object.entries(map(facet.schema, 'patternProperties'))
      .filter(([pattern]) => cheapPattern(pattern)?.test(name))
      .map(([, schema]) => part(schema));
    const declared = own(map(facet.schema, 'properties'), name);
    if (declared !== undefined) return [part(declared), ...patterned];
    return patterned.length > 0 ? patterned : [part(own(facet.schema, 'additionalProperties') ?? true)];
  });
}
