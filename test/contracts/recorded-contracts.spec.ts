import { Validator } from '@cfworker/json-schema';
import { describe, expect, it } from '@jest/globals';
import { type Change, type Comparison, compareContracts, suggestToolMapping } from '@rollcall/compatibility';
import type { Contract } from '@rollcall/contract';
import type { JsonObject, JsonValue } from '@rollcall/kernel';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { EXPECTED_VERDICTS } from './expected-verdicts.js';
import { contractOfRecord, RECORDED_SERVERS, recordedVersions } from './recorded.js';

type Version = { version: string; contract: Contract };
type Pair = { server: string; base: Version; head: Version };

const versions = new Map<string, Version[]>(
  RECORDED_SERVERS.map((server) => [
    server,
    recordedVersions(server).map((record) => ({
      version: record.version,
      contract: contractOfRecord(record).contract,
    })),
  ]),
);
/** Older to newer, and back: a rollback is a change too. */
const forward: Pair[] = [...versions].flatMap(([server, all]) =>
  all.flatMap((base, index) => all.slice(index + 1).map((head) => ({ server, base, head }))),
);
const backward: Pair[] = forward.map(({ server, base, head }) => ({ server, base: head, head: base }));

function contract(server: string, version: string): Contract {
  const found = versions.get(server)?.find((each) => each.version === version);
  if (found === undefined) throw new Error(`${server} ${version} is not recorded.`);
  return found.contract;
}

function notSafe(comparison: Comparison): Record<string, number> {
  const out: Record<string, number> = {};
  for (const { severity, ruleId } of comparison.changes) if (severity !== 'safe') out[ruleId] = (out[ruleId] ?? 0) + 1;
  return out;
}

const draft07 = new Ajv({ strict: false, logger: false, validateFormats: false });
const draft2020 = new Ajv2020({ strict: false, logger: false, validateFormats: false });

/** What two validators that share no code say; null when they disagree. */
function isValid(schema: JsonObject, value: JsonValue): boolean | null {
  const old = String(schema['$schema'] ?? '').includes('draft-07');
  const one = (old ? draft07 : draft2020).validate(schema, value);
  const copy = JSON.parse(JSON.stringify(schema)) as JsonObject;
  return new Validator(copy, old ? '7' : '2020-12').validate(value).valid === one ? one : null;
}

function schemaOf(contract: Contract, { tool, path }: Change): JsonObject {
  const member = contract.members.find((each) => each.kind === 'tool' && each.name === tool);
  const schema = member?.definition[path.startsWith('/output') ? 'outputSchema' : 'inputSchema'];
  return (schema ?? {}) as JsonObject;
}

describe('recorded contracts of published servers', () => {
  it.each(forward.map((pair) => [`${pair.server} ${pair.base.version} -> ${pair.head.version}`, pair] as const))(
    '%s: the verdict that was reviewed',
    (_name, { server, base, head }) => {
      const expected = EXPECTED_VERDICTS[server]?.[`${base.version} ${head.version}`];
      const comparison = compareContracts(base.contract, head.contract);
      expect({ conclusion: comparison.conclusion, notSafe: notSafe(comparison) }).toEqual({
        conclusion: expected?.conclusion,
        notSafe: expected?.notSafe,
      });
    },
  );

  it('reviews exactly the pairs that are recorded', () => {
    const reviewed = Object.entries(EXPECTED_VERDICTS).flatMap(([server, pairs]) =>
      Object.keys(pairs).map((pair) => `${server} ${pair}`),
    );
    const recorded = forward.map(({ server, base, head }) => `${server} ${base.version} ${head.version}`);
    expect(reviewed.sort()).toEqual(recorded.sort());
    expect(recorded.length).toBeGreaterThanOrEqual(43);
  });

  it('proves every breaking schema change, forward and back, with a value two validators agree on', () => {
    let breaking = 0;
    let proved = 0;
    for (const { base, head } of [...forward, ...backward]) {
      for (const change of compareContracts(base.contract, head.contract).changes) {
        if (change.severity !== 'breaking' || !/^(INPUT|OUTPUT)_/.test(change.ruleId)) continue;
        breaking++;
        if (!change.witness || change.ruleId === 'OUTPUT_SCHEMA_REMOVED') {
          proved += change.witness ? 1 : 0;
          continue;
        }
        const sides = { base: schemaOf(base.contract, change), head: schemaOf(head.contract, change) };
        const { value, validUnder, invalidUnder } = change.witness;
        expect([isValid(sides[validUnder], value), isValid(sides[invalidUnder], value)]).toEqual([true, false]);
        proved++;
      }
    }
    process.stdout.write(`witness share of recorded contracts: ${proved}/${breaking}\n`);
    expect(breaking).toBeGreaterThan(100);
    expect(proved / breaking).toBeGreaterThanOrEqual(0.99);
  });

  it('finds every version identical with itself', () => {
    for (const { contract: one } of [...versions.values()].flat())
      expect(compareContracts(one, JSON.parse(JSON.stringify(one)) as Contract).conclusion).toBe('identical');
  });

  it('maps the tools of a list that was renamed as a whole to their successors', () => {
    const mapping = suggestToolMapping(contract('everything', '2025.11.25'), contract('everything', '2026.1.26'));
    expect(Object.fromEntries(mapping.map(({ from, to }) => [from, to]))).toEqual({
      add: 'get-sum',
      annotatedMessage: 'get-annotated-message',
      getResourceLinks: 'get-resource-links',
      getResourceReference: 'get-resource-reference',
      getTinyImage: 'get-tiny-image',
      longRunningOperation: 'trigger-long-running-operation',
      printEnv: 'get-env',
      structuredContent: 'get-structured-content',
    });
  });

  it('suggests no mapping between servers that have nothing in common', () => {
    const latest = RECORDED_SERVERS.map((server) => versions.get(server)?.at(-1)?.contract as Contract);
    for (const base of latest)
      for (const head of latest) if (base !== head) expect(suggestToolMapping(base, head)).toEqual([]);
  });
});
