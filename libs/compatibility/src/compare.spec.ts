import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { buildContract, type Contract, canonicalJson, type RawOffer } from '@rollcall/contract';
import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { CHANGE_FIXTURES } from './change.fixture.js';
import { compareContracts } from './compare.js';
import type { Change } from './comparison.js';
import { NOISE_FIXTURES } from './noise.fixture.js';
import { args } from './offer.fixture.js';
import { RULES } from './rules.js';

const TYPED_CORPUS = 'test/contracts/typed-differences.jsonl';
const ajv = new Ajv2020({ strict: false, logger: false, validateFormats: false });

function contractOf(offer: RawOffer): Contract {
  const { contract, issues } = buildContract(offer);
  expect(issues).toEqual([]);
  return contract;
}

/** Fixtures share constants between before and after; a real offer never shares objects. */
const copy = (offer: RawOffer): RawOffer => JSON.parse(JSON.stringify(offer));

function schemaOf(offer: RawOffer, change: Change): JsonValue {
  const tool = offer.tools.find((each) => (each as JsonObject)['name'] === change.tool) as JsonObject;
  const schema = tool[change.path.startsWith('/output') ? 'outputSchema' : 'inputSchema'] ?? true;
  // What the fixtures use means the same in every dialect.
  return isJsonObject(schema) ? { ...schema, $schema: 'https://json-schema.org/draft/2020-12/schema' } : schema;
}

let breaking = 0;
let proved = 0;

describe('comparing contracts', () => {
  for (const shared of [false, true]) {
    it.each(CHANGE_FIXTURES.map((fixture) => [fixture.name, fixture] as const))(
      `reports that %s${shared ? ' (also when both sides share objects)' : ''}`,
      (_name, { before, after, expect: wanted }) => {
        const comparison = compareContracts(
          contractOf(shared ? before : copy(before)),
          contractOf(shared ? after : copy(after)),
        );
        const seen = comparison.changes.map(({ ruleId, path, severity, witness }) => ({
          ruleId,
          path,
          severity,
          witness: Boolean(witness),
        }));
        const { conclusion, ...change } = wanted;
        expect(seen).toContainEqual(change);
        expect({ conclusion: comparison.conclusion, seen }).toEqual({ conclusion, seen });
        for (const change of comparison.changes) {
          if (change.severity !== 'breaking' || !/^(INPUT|OUTPUT)_/.test(change.ruleId)) continue;
          breaking++;
          if (!change.witness) {
            expect(change.witnessReason).toMatch(/^No witness: /);
            continue;
          }
          proved++;
          const { value, validUnder } = change.witness;
          const [valid, invalid] = validUnder === 'base' ? [before, after] : [after, before];
          expect(ajv.validate(schemaOf(valid, change) as JsonObject, value)).toBe(true);
          expect(ajv.validate(schemaOf(invalid, change) as JsonObject, value)).toBe(false);
        }
      },
    );
  }

  it('proves every breaking schema change of the fixtures with a witness', () => {
    process.stdout.write(`witness share of fixtures: ${proved}/${breaking}\n`);
    expect(proved).toBe(breaking);
  });

  it('tells a property that appears or goes, and is required, as one change', () => {
    for (const { name, before, after } of CHANGE_FIXTURES) {
      const { changes } = compareContracts(contractOf(copy(before)), contractOf(copy(after)));
      const paths = changes.filter(({ ruleId }) => /_(PROPERTY|REQUIRED)_/.test(ruleId)).map(({ path }) => path);
      expect({ name, paths }).toEqual({ name, paths: [...new Set(paths)] });
    }
  });

  it('tells approvals of new required arguments with different schemas apart', () => {
    const now = (schema: JsonObject) => args({ a: schema }, { required: ['a'] });
    const fingerprints = [{ type: 'string' }, { type: 'number' }].map(
      (schema) => compareContracts(contractOf(args({})), contractOf(now(schema))).changes[0]?.fingerprint,
    );
    expect(new Set(fingerprints).size).toBe(2);
  });

  it('proves changes of several tools whose schemas have the same identifiers', () => {
    const offer = (type: string): RawOffer => ({
      tools: ['one', 'two'].map((name) => ({
        name,
        inputSchema: {
          $id: 'https://a.example/schema',
          type: 'object',
          properties: { a: { type, title: name } },
          'x-more': { $id: 'https://a.example/more', type },
        },
      })),
    });
    const { changes } = compareContracts(contractOf(offer('number')), contractOf(offer('integer')));
    const witnesses = changes.map(({ ruleId, tool, witness }) => ({ ruleId, tool, value: witness?.value }));
    expect(witnesses).toEqual([
      { ruleId: 'INPUT_TYPE_NARROWED', tool: 'one', value: { a: 0.5 } },
      { ruleId: 'INPUT_TYPE_NARROWED', tool: 'two', value: { a: 0.5 } },
    ]);
  });

  it('compares contracts of twenty tools with deep recursion in moments', () => {
    const node = (type: string): JsonObject => ({
      type: 'object',
      properties: { v: { type }, next: { $ref: '#/$defs/N' }, all: { type: 'array', items: { $ref: '#/$defs/N' } } },
      required: ['v'],
    });
    const offer = (type: string): RawOffer => ({
      tools: Array.from({ length: 20 }, (_, index) => ({
        name: `tool_${index}`,
        inputSchema: { type: 'object', properties: { p: { $ref: '#/$defs/N' } }, $defs: { N: node(type) } },
      })),
    });
    const [before, after] = [contractOf(offer('number')), contractOf(offer('integer'))];
    const startedAt = performance.now();
    expect(compareContracts(before, after).changes.filter((change) => change.witness)).toHaveLength(20);
    // Generous, for a machine that does other things: alone it takes a tenth of this.
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it.each(NOISE_FIXTURES.map((fixture) => [fixture.name, fixture] as const))(
    'takes for noise, there and back: %s',
    (_name, { before, after, tells }) => {
      for (const [one, two] of [[before, after] as const, [after, before] as const]) {
        const { conclusion, changes } = compareContracts(contractOf(copy(one)), contractOf(copy(two)));
        const rules = changes.map(({ ruleId }) => ruleId);
        expect({ conclusion, rules }).toEqual(
          tells === null ? { conclusion: 'identical', rules: [] } : { conclusion: 'safe', rules: [tells] },
        );
      }
    },
  );

  it('has a corpus that does not shrink, and in which nothing is said twice', () => {
    const about = (pattern: RegExp): number =>
      CHANGE_FIXTURES.filter((fixture) => pattern.test(fixture.expect.path)).length;
    expect(CHANGE_FIXTURES.length).toBeGreaterThanOrEqual(245);
    expect(about(/^\/inputSchema/)).toBeGreaterThanOrEqual(120);
    expect(about(/^\/outputSchema/)).toBeGreaterThanOrEqual(75);
    expect(NOISE_FIXTURES.length).toBeGreaterThanOrEqual(40);
    const texts = CHANGE_FIXTURES.map(({ before, after }) => canonicalJson([before, after] as unknown as JsonValue));
    expect(new Set(texts).size).toBe(texts.length);
    expect(new Set(CHANGE_FIXTURES.map(({ name }) => name)).size).toBe(texts.length);
  });

  it('is kept as data, one difference a line, for benches and other implementations; `npm run docs` writes it anew', () => {
    const noise = NOISE_FIXTURES.map(({ name, before, after }) => ({
      name,
      before,
      after,
      expect: { conclusion: 'noise' },
    }));
    const text = [...CHANGE_FIXTURES, ...noise].map((fixture) => `${JSON.stringify(fixture)}\n`).join('');
    if (process.env['DOCS'] === 'write') writeFileSync(TYPED_CORPUS, text);
    expect(readFileSync(TYPED_CORPUS, 'utf8')).toBe(text);
  });

  it('gets no better without witnesses: what only a value proves is dangerous then', () => {
    const ranks = ['breaking', 'dangerous', 'safe', 'identical'];
    for (const { name, before, after } of CHANGE_FIXTURES) {
      const [one, two] = [contractOf(copy(before)), contractOf(copy(after))];
      const whole = compareContracts(one, two);
      const bare = compareContracts(one, two, { witnesses: false });
      expect({ name, witnesses: bare.changes.flatMap((change) => change.witness ?? []) }).toEqual({
        name,
        witnesses: [],
      });
      const better = ranks.indexOf(bare.conclusion) - ranks.indexOf(whole.conclusion);
      expect({
        name,
        ok: better === 0 || (whole.conclusion === 'breaking' && bare.conclusion === 'dangerous'),
      }).toEqual({
        name,
        ok: true,
      });
    }
  });

  it('tells a change of a shared definition at every place that uses it, so that no consumer of one of them is missed', () => {
    const offer = (type: string): RawOffer =>
      args(
        { from: { $ref: '#/$defs/Account' }, to: { $ref: '#/$defs/Account' } },
        { $defs: { Account: { type: 'object', properties: { number: { type } } } } },
      );
    const { changes } = compareContracts(contractOf(offer('number')), contractOf(offer('integer')));
    expect(changes.map(({ path, witness }) => [path, witness?.value])).toEqual([
      ['/inputSchema/properties/from/properties/number', { from: { number: 0.5 } }],
      ['/inputSchema/properties/to/properties/number', { to: { number: 0.5 } }],
    ]);
  });

  it('shows a refused property under a name that the property names allow', () => {
    const before = args({ a: { type: 'object', propertyNames: { enum: ['x', 'y'] } } });
    const after = args({ a: { type: 'object', propertyNames: { enum: ['x', 'y'] }, additionalProperties: false } });
    const [change] = compareContracts(contractOf(before), contractOf(after)).changes;
    expect(change).toMatchObject({ ruleId: 'INPUT_CLOSED', witness: { value: { a: { x: expect.anything() } } } });
  });

  it('gives witnesses that hold whether format is checked or only a note', () => {
    const after = args({ a: { type: 'string', maxLength: 1, format: 'date' } });
    const { changes } = compareContracts(contractOf(args({ a: {} })), contractOf(after));
    const values = changes.flatMap(({ witness }) => witness?.value ?? []);
    expect(values.length).toBeGreaterThan(0);
    const schema = (after.tools[0] as JsonObject)['inputSchema'] as JsonObject;
    for (const value of values) expect(ajv.validate(schema, value)).toBe(false);
  });

  it('finds nothing when a contract is compared with itself', () => {
    for (const { before } of CHANGE_FIXTURES) {
      const comparison = compareContracts(contractOf(copy(before)), contractOf(copy(before)));
      expect(comparison).toMatchObject({ conclusion: 'identical', changes: [] });
    }
  });
});

describe('the catalogue of rules', () => {
  it('has a fixture and a page with an example for every rule', () => {
    const used = new Set(CHANGE_FIXTURES.map((fixture) => fixture.expect.ruleId));
    for (const rule of RULES) {
      expect([...used]).toContain(rule.id);
      expect(existsSync(rule.docs) ? rule.docs : `missing ${rule.docs}`).toBe(rule.docs);
      const page = readFileSync(rule.docs, 'utf8');
      expect(page).toContain('## Before');
      expect(page).toContain('## After');
      expect(page).toContain(rule.severity);
    }
  });

  it('has unique ids', () => {
    expect(new Set(RULES.map((rule) => rule.id)).size).toBe(RULES.length);
  });
});
