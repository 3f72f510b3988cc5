import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { buildSchema, getIntrospectionQuery, Kind, parse } from 'graphql';
import { costOf, guardCost, MAX_COST } from './query-cost.js';

const SRC = fileURLToPath(new URL('../', import.meta.url));
const DOCUMENTS = fileURLToPath(new URL('../../../../libs/schema/documents/', import.meta.url));
const sdl = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.graphql'))
  .map((file) => readFileSync(path.join(SRC, file), 'utf8'))
  .join('\n');
const schema = buildSchema(sdl);

describe('the cost of a document', () => {
  it.each(['cli.graphql', 'console.graphql'])('leaves room for every operation of %s with full pages', (file) => {
    const document = parse(readFileSync(path.join(DOCUMENTS, file), 'utf8'));
    for (const operation of document.definitions) {
      if (operation.kind !== Kind.OPERATION_DEFINITION || !operation.name) continue;
      const variables = Object.fromEntries(
        (operation.variableDefinitions ?? []).map(({ variable, type }) => {
          const named = type.kind === Kind.NON_NULL_TYPE ? type.type : type;
          const name = named.kind === Kind.NAMED_TYPE ? named.name.value : '';
          return [variable.name.value, name === 'Int' ? 100 : name === 'String' || name === 'ID' ? 'x' : undefined];
        }),
      );
      const { name, ...rest } = operation;
      const alone = {
        ...document,
        definitions: [
          { name, ...rest },
          ...document.definitions.filter((one) => one.kind === Kind.FRAGMENT_DEFINITION),
        ],
      };
      let cost: number;
      try {
        cost = costOf(schema, alone, { operationName: name.value, variables });
      } catch {
        // an input object that cannot be made up here: its mutation returns one entity
        continue;
      }
      expect([name.value, cost <= MAX_COST]).toEqual([name.value, true]);
    }
  });

  it('grows with pages inside pages', () => {
    const nested = (outer: number, inner: number) =>
      costOf(
        schema,
        parse(
          `{ servers(first: ${outer}) { edges { node { versions { transitions { id guards { guard } } } name } } } auditEvents(first: ${inner}) { edges { node { id } } } }`,
        ),
      );
    expect(nested(100, 1)).toBeGreaterThan(50 * nested(1, 1));
    expect(nested(1, 100)).toBeGreaterThan(nested(1, 1));
  });

  it('is refused beyond the limit, also when an alias asks many times or the page comes in a variable', () => {
    const page =
      'servers(first: 100) { edges { node { versions { transitions { guards { guard } } checks { findings { message } steps { name } } endpoints { environment { name } } } } } }';
    const guard =
      (text: string, variables = {}) =>
      () =>
        guardCost(schema, parse(text), variables);
    expect(guard(`{ ${page} }`)).toThrow('Ask for smaller pages');
    expect(guard(`query ($n: Int!) { ${page.replace('100', '$n')} }`, { n: 100 })).toThrow('Ask for smaller pages');
    expect(guard(`query ($n: Int!) { ${page.replace('100', '$n')} }`, { n: 1 })).not.toThrow();
    const many = Array.from({ length: 41 }, (_, n) => `a${n}: viewer { roles }`).join(' ');
    expect(guard(`{ ${many} }`)).toThrow('Ask in several requests');
  });

  it('counts what is asked once per row, and pages that name no size', () => {
    const cost = (text: string) => costOf(schema, parse(`{ ${text} }`));
    const checks = (fields: string, alias = 'a') => `${alias}: checks(first: 100) { edges { node { ${fields} } } }`;
    expect(cost(checks('viewerCanApprove'))).toBeLessThanOrEqual(MAX_COST);
    expect(cost(checks('viewerCanApprove'))).toBeGreaterThan(10 * cost(checks('conclusion')));
    const often = ['a', 'b', 'c'].map((alias) => checks('viewerCanApprove', alias)).join(' ');
    expect(() => guardCost(schema, parse(`{ ${often} }`), {})).toThrow('Ask for smaller pages');
    const history = (first: string) =>
      cost(
        `version(ref: { byId: "ver_1" }) { endpoints { health { history(${first}) { edges { node { state } } } } } }`,
      );
    expect(history('first: null')).toBe(history('first: 20'));
    expect(history('first: 100')).toBeGreaterThan(4 * history('first: 20'));
  });

  it('bounds every list that came with checks, drift and evidence', () => {
    const everything = (first: number) => `
      checks(first: ${first}) { edges { node { changes { message impacts { agent } approval { by } } impacts { agent }
        comparison { changes { message } } steps { name } conclusions { cause } } } }
      driftFindings(first: ${first}) { edges { node { comparison { changes { message } } version { id } } } }
      servers(first: ${first}) { edges { node { goldenPermissions { id } goldenCalls { document }
        versions { goldenRuns { results { name } } conformanceRuns { scenarios { name } } drift { id } } } } }`;
    expect(() => guardCost(schema, parse(`{ ${everything(100)} }`), {})).toThrow('Ask for smaller pages');
    expect(() => guardCost(schema, parse(`{ ${everything(5)} }`), {})).not.toThrow();
  });

  it('is worked out anew for every variable that changes it, also when the same document was judged before', () => {
    const list =
      'transitions { guards { guard } } checks { findings { message } steps { name } } endpoints { environment { name } }';
    const document = parse(
      `query ($on: Boolean = true, $n: Int = 100) { servers(first: $n) { edges { node { versions @include(if: $on) { ${list} } } } } }`,
    );
    const judge = (variables: Record<string, unknown>) => () => guardCost(schema, document, variables);
    for (const cheap of [{ on: false }, { n: 1 }, { n: null }]) expect(judge(cheap)).not.toThrow();
    for (const dear of [{ on: true }, {}, { n: 100 }]) expect(judge(dear)).toThrow('Ask for smaller pages');
    for (const cheap of [{ on: false }, { n: 1 }]) expect(judge(cheap)).not.toThrow();
  });

  it('leaves room for what every tool asks of the schema, and none for asking it in circles', () => {
    const inCircles = (times: number): string => (times === 0 ? 'name' : `fields { type { ${inCircles(times - 1)} } }`);
    const all = { schemaDescription: true, specifiedByUrl: true, inputValueDeprecation: true, oneOf: true };
    const asked = (text: string) => () => guardCost(schema, parse(text), {});
    expect(asked(getIntrospectionQuery(all))).not.toThrow();
    expect(asked(`{ __schema { types { ${inCircles(5)} } } }`)).toThrow('Ask for smaller pages');
  });
});
