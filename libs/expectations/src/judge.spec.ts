import { describe, expect, it } from '@jest/globals';
import { type Comparison, compareContracts } from '@rollcall/compatibility';
import { buildContract, type Contract } from '@rollcall/contract';
import type { JsonObject, JsonValue } from '@rollcall/kernel';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import {
  type Consumer,
  type ExpectationDocument,
  judgeConsumers,
  readExpectations,
  type ToolExpectation,
} from './index.js';

const text = { type: 'string' };
const number = { type: 'number' };

const object = (properties: JsonObject, more: JsonObject = {}): JsonObject => ({ type: 'object', properties, ...more });

function contractOf(tools: JsonObject[], more: { prompts?: JsonObject[]; capabilities?: JsonObject } = {}): Contract {
  const { contract, issues } = buildContract({ tools, ...more });
  if (issues.length > 0) throw new Error(issues[0]?.message);
  return contract;
}

/** What the document says an agent uses of the tool `charge`. */
function uses(tool: JsonValue, more: JsonObject = {}): Consumer {
  const read = readExpectations({
    agent: 'bot',
    servers: [{ server: 'com.acme/pay', tools: { charge: tool }, ...more }],
  });
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  return consumerOf(read.value);
}

function consumerOf({ agent, servers }: ExpectationDocument): Consumer {
  const [{ tools, resources, prompts } = { tools: new Map<string, ToolExpectation>(), resources: [], prompts: [] }] =
    servers;
  const counted = { calls: 7, firstCallAt: null, lastCallAt: null };
  return {
    agentId: `agt_${agent}`,
    agent,
    environment: 'production',
    source: 'declared',
    tools: [...tools].map(([tool, expectation]) => ({ tool, expectation, ...counted })),
    resources,
    prompts,
  };
}

const charge = (inputSchema: JsonObject, outputSchema?: JsonObject): JsonObject => ({
  name: 'charge',
  description: 'Charges a card.',
  inputSchema,
  ...(outputSchema === undefined ? {} : { outputSchema }),
});

function judge(base: JsonObject[], head: JsonObject[], consumer: Consumer) {
  const change = { base: contractOf(base), head: contractOf(head) };
  const comparison = compareContracts(change.base, change.head);
  return { comparison, impacts: judgeConsumers({ ...change, comparison }, [consumer]) };
}

/** Ids of the rules of the changes that hit. */
function rulesHit(base: JsonObject, head: JsonObject, consumer: Consumer): string[] {
  const { comparison, impacts } = judge([base], [head], consumer);
  return namesOf(
    comparison,
    impacts.flatMap((impact) => impact.fingerprints),
  );
}

function namesOf(comparison: Comparison, fingerprints: readonly string[]): string[] {
  return comparison.changes
    .filter((one) => fingerprints.includes(one.fingerprint))
    .map((one) => `${one.ruleId} ${one.path}`);
}

describe('a tool that is gone', () => {
  const other = { ...charge(object({})), name: 'refund', description: 'Pays back what was charged.' };

  it('hits whoever uses it, and nobody else', () => {
    const { comparison, impacts } = judge([charge(object({ a: text })), other], [other], uses({ arguments: [] }));
    expect(comparison.changes[0]?.ruleId).toBe('TOOL_REMOVED');
    expect(impacts).toMatchObject([{ agent: 'bot', tool: 'charge', calls: 7, reason: 'Tool "charge" was removed.' }]);
    const bystander = uses({}, { tools: { refund: {} } });
    expect(judge([charge(object({ a: text })), other], [other], bystander).impacts).toEqual([]);
  });

  it('hits whoever uses it under its old name, too', () => {
    const renamed = { ...charge(object({ a: text })), name: 'chargeCard' };
    const { comparison, impacts } = judge(
      [charge(object({ a: text }))],
      [renamed],
      uses({ arguments: [], outputs: [] }),
    );
    expect(comparison.changes.map((one) => one.ruleId)).toContain('TOOL_RENAMED');
    expect(impacts).toHaveLength(1);
  });
});

describe('arguments', () => {
  it('become required for everybody who does not always send them', () => {
    const base = charge(object({ a: text, b: text }));
    const head = charge(object({ a: text, b: text }, { required: ['b'] }));
    const required = ['INPUT_REQUIRED_ADDED /inputSchema/properties/b'];
    expect(rulesHit(base, head, uses({ arguments: ['a'] }))).toEqual(required);
    expect(rulesHit(base, head, uses({ arguments: [], optionalArguments: ['b'] }))).toEqual(required);
    expect(rulesHit(base, head, uses({}))).toEqual(required);
    expect(rulesHit(base, head, uses({ arguments: ['a', 'b'] }))).toEqual([]);
  });

  it('accept less only for those who send them', () => {
    const base = charge(object({ a: text, b: { type: ['string', 'number'] } }));
    const head = charge(object({ a: text, b: text }));
    expect(rulesHit(base, head, uses({ arguments: ['a'] }))).toEqual([]);
    expect(rulesHit(base, head, uses({ arguments: ['b'] }))).toEqual(['INPUT_TYPE_NARROWED /inputSchema/properties/b']);
    expect(rulesHit(base, head, uses({ arguments: [], optionalArguments: ['b'] }))).toHaveLength(1);
  });

  it('are told apart inside of objects and lists', () => {
    const customer = (vat: JsonValue) =>
      object({ id: text, vat, lines: { type: 'array', items: object({ sku: text, vat }) } });
    const base = charge(object({ customer: customer({ type: ['string', 'number'] }) }));
    const head = charge(object({ customer: customer(text) }));
    expect(rulesHit(base, head, uses({ arguments: ['/customer/id', '/customer/lines/*/sku'] }))).toEqual([]);
    expect(rulesHit(base, head, uses({ arguments: ['/customer/lines/*/vat'] }))).toHaveLength(1);
    expect(rulesHit(base, head, uses({ arguments: ['customer'] })).length).toBeGreaterThan(0);
  });

  it('that a schema shares hit also where the comparison does not name them', () => {
    const address = (zip: JsonObject) => ({
      ...object({ billing: { $ref: '#/$defs/A' }, shipping: { $ref: '#/$defs/A' } }),
      $defs: { A: object({ zip }) },
    });
    const base = charge(address({ type: ['string', 'number'] }));
    const head = charge(address(text));
    for (const side of ['billing', 'shipping']) {
      expect(rulesHit(base, head, uses({ arguments: [`/${side}/zip`] }))).toHaveLength(1);
    }
  });

  it('of a schema that refers to itself are not told apart', () => {
    const node = (name: JsonValue) => ({ ...object({ name, child: { $ref: '#' }, other: text }) });
    const [base, head] = [charge(node({ type: ['string', 'number'] })), charge(node(text))];
    const hits = rulesHit(base, head, uses({ arguments: ['other'] }));
    expect(hits).toEqual(rulesHit(base, head, uses({})));
    expect(hits.length).toBeGreaterThan(0);
  });

  it('that the schema asks for count as sent, although nobody says so', () => {
    const base = charge(object({ a: { type: ['string', 'number'] }, b: text }, { required: ['a'] }));
    const head = charge(object({ a: text, b: text }, { required: ['a'] }));
    expect(rulesHit(base, head, uses({ arguments: ['b'] }))).toHaveLength(1);
  });

  it('that a closed schema never had say nothing, so every change counts', () => {
    const closed = { additionalProperties: false };
    const base = charge(object({ a: { type: ['string', 'number'] } }, closed));
    expect(rulesHit(base, charge(object({ a: text }, closed)), uses({ arguments: ['amout'] }))).toHaveLength(1);
  });

  it('under keywords that ask for one another are not told apart', () => {
    const base = charge(object({ a: { type: ['string', 'number'] }, b: text }, { dependentRequired: { b: ['a'] } }));
    const head = charge(object({ a: text, b: text }, { dependentRequired: { b: ['a'] } }));
    expect(rulesHit(base, head, uses({ arguments: ['b'] }))).toHaveLength(1);
  });
});

describe('results', () => {
  const result = (properties: JsonObject, more: JsonObject = {}) => charge(object({}), object(properties, more));

  it('hit the readers of the field that changed, of what contains it and of what it contains', () => {
    const base = result({ id: text, total: object({ net: number, tax: number }, { required: ['net'] }) });
    const head = result({
      id: text,
      total: object({ net: { type: ['number', 'null'] }, tax: number }, { required: ['net'] }),
    });
    expect(rulesHit(base, head, uses({ outputs: ['id', '/total/tax'] }))).toEqual([]);
    expect(rulesHit(base, head, uses({ outputs: ['total'] }))).toHaveLength(1);
    expect(rulesHit(base, head, uses({ outputs: ['/total/net'] }))).toHaveLength(1);
    expect(rulesHit(base, head, uses({ outputs: ['/total/net/deeper'] }))).toHaveLength(1);
    expect(rulesHit(base, head, uses({}))).toHaveLength(1);
    expect(rulesHit(base, head, uses({ outputs: [] }))).toEqual([]);
  });

  it('with more fields than a closed schema promised hit nobody who reads the old ones', () => {
    const closed = { additionalProperties: false };
    const base = result({ id: text }, closed);
    const head = result({ id: text, note: text }, closed);
    const { comparison, impacts } = judge([base], [head], uses({ outputs: ['id'] }));
    expect([comparison.conclusion, impacts]).toEqual(['breaking', []]);
    expect(rulesHit(base, head, uses({}))).toHaveLength(1);
  });

  it('without a schema hit every reader, and nobody who reads nothing', () => {
    const base = result({ id: text });
    expect(rulesHit(base, charge(object({})), uses({ outputs: ['id'] }))).toEqual([
      'OUTPUT_SCHEMA_REMOVED /outputSchema',
    ]);
    expect(rulesHit(base, charge(object({})), uses({ arguments: [], outputs: [] }))).toEqual([]);
  });
});

describe('example calls', () => {
  it('that were accepted and are refused are a break by themselves', () => {
    const base = charge(object({ a: text }));
    const head = charge(object({ a: text, b: number }));
    const call = { note: 'with a remark', arguments: { a: 'x', b: 'urgent' } };
    const { comparison, impacts } = judge([base], [head], uses({ examples: [call] }));
    expect(comparison.conclusion).toBe('dangerous');
    const added = ['INPUT_PROPERTY_ADDED_TO_OPEN /inputSchema/properties/b'];
    expect(namesOf(comparison, impacts[0]?.fingerprints ?? [])).toEqual(added);
    expect(impacts[0]?.reason).toBe('Example call 1 (with a remark) of "charge" was accepted and is refused.');
  });

  it('add to what is sent', () => {
    const base = charge(object({ a: text, b: { type: ['string', 'number'] } }));
    const head = charge(object({ a: text, b: text }));
    expect(
      rulesHit(base, head, uses({ arguments: ['a'], examples: [{ arguments: { a: 'x', b: 'y' } }] })),
    ).toHaveLength(1);
  });
});

describe('what is not a tool', () => {
  it('hits those who name the prompt', () => {
    const capabilities = { tools: {}, prompts: {} };
    const base = contractOf([], { capabilities, prompts: [{ name: 'sum-up' }] });
    const head = contractOf([], { capabilities });
    const comparison = compareContracts(base, head);
    const [named, silent] = [uses({}, { prompts: ['sum-up'] }), uses({})];
    expect(judgeConsumers({ base, head, comparison }, [named, silent])).toHaveLength(1);
  });
});

/** Schemas in which narrowing has something to do. */
const names = ['a', 'b', 'c'];
const leaf = fc.constantFrom<JsonObject>(
  text,
  number,
  { type: ['string', 'number'] },
  { enum: ['x', 'y'] },
  { enum: ['x'] },
);
const flat = fc
  .record({
    properties: fc.dictionary(fc.constantFrom(...names), leaf, { maxKeys: 3 }),
    required: fc.subarray(names),
    closed: fc.boolean(),
  })
  .map(({ properties, required, closed }) =>
    object(properties, {
      required: required.filter((name) => Object.hasOwn(properties, name)),
      ...(closed ? { additionalProperties: false } : {}),
    }),
  );
const deep = fc.tuple(flat, flat).map(([outer, inner]) => ({
  ...outer,
  properties: { ...(outer['properties'] as JsonObject), n: inner, l: { type: 'array', items: inner } },
}));
const input = fc.oneof(flat, deep);
const places = fc.subarray([...names, '/n/a', '/n/b', '/l/*/a', 'n', 'l']);
const ajv = new Ajv2020({ strict: false, logger: false });
const value = fc.constantFrom<JsonValue>('x', 'y', 'z', 1);
const call = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 3 });

/** One schema in two places, one of them inside of a list. */
const nested = fc.tuple(flat, flat).map(([outer, inner]) => {
  const ref = { $ref: '#/$defs/inner' };
  const properties = { ...(outer['properties'] as JsonObject), m: ref, n: ref, l: { type: 'array', items: ref } };
  return { ...outer, properties, $defs: { inner } };
});
const nestedCall = fc
  .record({ own: call, m: call, n: call, l: call }, { requiredKeys: ['own'] })
  .map(
    ({ own, m, n, l }): JsonObject => ({ ...own, ...(m ? { m } : {}), ...(n ? { n } : {}), ...(l ? { l: [l] } : {}) }),
  );

/** The places of a call, to its leaves. */
function placesIn(value: JsonValue, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [path];
  const below = Array.isArray(value)
    ? value.flatMap((one) => placesIn(one, `${path}/*`))
    : Object.entries(value).flatMap(([name, one]) => placesIn(one, `${path}/${name}`));
  return below.length === 0 && path !== '' ? [path] : below;
}

describe('narrowing, whatever the schemas', () => {
  const hits = (base: JsonObject, head: JsonObject, use: JsonValue, results = [base, head]) => {
    const pair = [
      charge({ type: 'object', ...base }, results[0]),
      charge({ type: 'object', ...head }, results[1]),
    ] as const;
    const { comparison, impacts } = judge([pair[0]], [pair[1]], uses(use));
    const breaking = comparison.changes.filter((one) => one.severity === 'breaking').map((one) => one.fingerprint);
    const dangerous = comparison.changes.filter((one) => one.severity === 'dangerous').map((one) => one.path);
    return { breaking, dangerous, hit: impacts.flatMap((impact) => impact.fingerprints) };
  };

  it('hits whoever uses the whole tool with every breaking change', () => {
    fc.assert(
      fc.property(input, input, (base, head) => {
        const { breaking, hit } = hits(base, head, {});
        expect(hit).toEqual([...new Set(breaking)].sort());
      }),
      { numRuns: 25 },
    );
  });

  it('never leaves out those who use more where those who use less are hit', () => {
    fc.assert(
      fc.property(input, input, places, places, (base, head, some, more) => {
        const both = [...new Set([...some, ...more])];
        const less = hits(base, head, { arguments: [], optionalArguments: some, outputs: some }).hit;
        const wide = hits(base, head, { arguments: [], optionalArguments: both, outputs: both }).hit;
        const whole = hits(base, head, {}).hit;
        expect(wide.length > 0 || less.length === 0).toBe(true);
        expect(whole).toEqual(expect.arrayContaining(less));
        expect(whole).toEqual(expect.arrayContaining(wide));
      }),
      { numRuns: 20 },
    );
  });

  it('reports every call that a consumer may make and that is refused from now on', () => {
    fc.assert(
      fc.property(nested, nested, nestedCall, (base, head, args) => {
        fc.pre(ajv.validate(base, args) === true && ajv.validate(head, args) === false);
        const sent = placesIn(args);
        const { breaking, hit, dangerous } = hits(base, head, { arguments: sent, outputs: [] }, [{}, {}]);
        // what is dangerous to everybody who sends the argument is told beside the verdict
        const last = (path: string) => path.split('/').at(-1) ?? '';
        const isTold = dangerous.some((path) => sent.map(last).includes(last(path)));
        expect(hit.length > 0 || breaking.length === 0 || isTold).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it('reports every field that a consumer reads and that old readers do not expect', () => {
    fc.assert(
      fc.property(flat, flat, call, fc.subarray(names), (base, head, result, read) => {
        fc.pre(ajv.validate(head, result) === true);
        const seen = Object.fromEntries(Object.entries(result).filter(([name]) => read.includes(name)));
        const asked = { ...base, required: (base['required'] as string[]).filter((name) => read.includes(name)) };
        fc.pre(ajv.validate(asked, seen) === false);
        const { breaking, hit, dangerous } = hits({}, {}, { arguments: [], outputs: read }, [base, head]);
        // a field that is merely no longer declared is dangerous to all its readers, and told beside the verdict
        const isTold = dangerous.some((path) => read.includes(path.split('/').at(-1) ?? ''));
        expect(hit.length > 0 || breaking.length === 0 || isTold).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  it('always reports an example that breaks', () => {
    fc.assert(
      fc.property(flat, flat, call, (base, head, args) => {
        fc.pre(ajv.validate(base, args) === true && ajv.validate(head, args) === false);
        const { impacts } = judge(
          [charge(base)],
          [charge(head)],
          uses({ examples: [{ arguments: args }], outputs: [] }),
        );
        expect(impacts).toHaveLength(1);
      }),
      { numRuns: 25 },
    );
  });
});
