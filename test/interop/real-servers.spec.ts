import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Change, compareContracts } from '@rollcall/compatibility';
import { buildContract, type Contract, type RawOffer } from '@rollcall/contract';
import { isJsonObject, type JsonObject, type JsonValue, systemClock } from '@rollcall/kernel';
import { inspectServer, type Observation } from '@rollcall/mcp-client';

const require = createRequire(import.meta.url);

/** Published servers as they come from the registry, with the mutations below that none of their tools offers a place for. */
const SERVERS: [name: string, args: string[], impossible: string[]][] = [
  ['@modelcontextprotocol/server-everything', ['stdio'], []],
  [
    '@modelcontextprotocol/server-memory',
    [],
    ['requires an argument that was optional', 'accepts one listed value less'],
  ],
];

type Mutation = {
  rule: RegExp;
  keyword: 'inputSchema' | 'outputSchema';
  /** Edits the schema in place and says which property it touched; undefined when the schema offers nothing to edit. */
  edit(schema: JsonObject): string | undefined;
};

const properties = (schema: JsonObject): [string, JsonObject][] =>
  Object.entries(isJsonObject(schema['properties']) ? schema['properties'] : {}).flatMap(([name, each]) =>
    isJsonObject(each) ? [[name, each]] : [],
  );
const listed = (schema: JsonObject, keyword: string): JsonValue[] =>
  Array.isArray(schema[keyword]) ? schema[keyword] : [];

function remove(schema: JsonObject, name: string): void {
  schema['properties'] = Object.fromEntries(properties(schema).filter(([each]) => each !== name));
  schema['required'] = listed(schema, 'required').filter((each) => each !== name);
}

/** What an author of a server does to callers and readers without noticing. */
const MUTATIONS: Record<string, Mutation> = {
  'loses an argument': {
    rule: /^INPUT_PROPERTY_REMOVED/,
    keyword: 'inputSchema',
    edit(schema) {
      const [name] = properties(schema)[0] ?? [];
      if (name !== undefined) remove(schema, name);
      return name;
    },
  },
  'requires an argument that was optional': {
    rule: /^INPUT_REQUIRED_(WITH_DEFAULT_)?ADDED$/,
    keyword: 'inputSchema',
    edit(schema) {
      const [name] = properties(schema).find(([each]) => !listed(schema, 'required').includes(each)) ?? [];
      if (name !== undefined) schema['required'] = [...listed(schema, 'required'), name];
      return name;
    },
  },
  'requires a new argument': {
    rule: /^INPUT_REQUIRED_ADDED$/,
    keyword: 'inputSchema',
    edit(schema) {
      schema['properties'] = Object.fromEntries([...properties(schema), ['brandNew', { type: 'string' }]]);
      schema['required'] = [...listed(schema, 'required'), 'brandNew'];
      return 'brandNew';
    },
  },
  'accepts one listed value less': {
    rule: /^INPUT_ENUM_NARROWED$/,
    keyword: 'inputSchema',
    edit(schema) {
      const [name, argument] = properties(schema).find(([, each]) => listed(each, 'enum').length > 1) ?? [];
      if (argument !== undefined) argument['enum'] = listed(argument, 'enum').slice(1);
      return name;
    },
  },
  'limits a text to listed values': {
    rule: /^INPUT_ENUM_ADDED$/,
    keyword: 'inputSchema',
    edit(schema) {
      const texts = properties(schema).filter(([, each]) => each['type'] === 'string' && !('enum' in each));
      const [name, argument] = texts[0] ?? [];
      if (argument !== undefined) argument['enum'] = ['one', 'two'];
      return name;
    },
  },
  'no longer guarantees a result field': {
    rule: /^OUTPUT_REQUIRED_REMOVED$/,
    keyword: 'outputSchema',
    edit(schema) {
      const [name] = listed(schema, 'required');
      schema['required'] = listed(schema, 'required').slice(1);
      return typeof name === 'string' ? name : undefined;
    },
  },
};

describe.each(SERVERS)('%s', (name, args, impossible) => {
  let folder: string;
  let observation: Observation;
  let contract: Contract;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'rollcall-interop-'));
    const entry = require.resolve(`${name}/dist/index.js`);
    observation = await inspectServer(
      {
        transport: 'stdio',
        command: process.execPath,
        args: [entry, ...args],
        env: { MEMORY_FILE_PATH: path.join(folder, 'memory.jsonl') },
        cwd: folder,
      },
      { timeoutMs: 45_000, network: { allowPrivate: [] }, clock: systemClock() },
    );
    const { contract: built, issues } = buildContract(offer());
    expect(issues).toEqual([]);
    contract = built;
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const offer = (): RawOffer => JSON.parse(JSON.stringify(observation.offer));
  const tools = (): string[] => contract.members.flatMap(({ kind, name: tool }) => (kind === 'tool' ? [tool] : []));

  /** The changes after one schema of one tool was edited, or null when there was nothing to edit. */
  function changesAfter(tool: string, { keyword, edit }: Mutation): { changes: Change[]; touched: string } | null {
    const edited = offer();
    const definition = edited.tools.filter(isJsonObject).find((each) => each['name'] === tool);
    const schema = definition?.[keyword];
    const touched = isJsonObject(schema) ? edit(schema) : undefined;
    if (touched === undefined) return null;
    const { contract: head, issues } = buildContract(edited);
    expect(issues).toEqual([]);
    return { changes: compareContracts(contract, head).changes, touched };
  }

  it('is read completely and its contract is accepted without an issue', () => {
    expect(observation).toMatchObject({ outcome: 'healthy', transport: 'stdio' });
    expect(tools().length).toBeGreaterThan(5);
    expect(tools()).toHaveLength(observation.offer?.tools.length ?? 0);
  });

  it('is identical with itself', () => {
    const again = buildContract(offer()).contract;
    expect(compareContracts(contract, again)).toMatchObject({ conclusion: 'identical', changes: [] });
  });

  it.each(Object.entries(MUTATIONS))('has no tool that %s unnoticed', (what, mutation) => {
    const seen = tools().flatMap((tool) => changesAfter(tool, mutation) ?? []);
    for (const { changes, touched } of seen) {
      const [worst] = changes;
      expect(worst).toMatchObject({
        ruleId: expect.stringMatching(mutation.rule),
        path: `/${mutation.keyword}/properties/${touched}`,
        severity: expect.stringMatching(/^(breaking|dangerous)$/),
      });
      // What is called breaking is proved.
      if (worst?.severity === 'breaking') expect(worst.witness).toMatchObject({ value: expect.anything() });
    }
    expect(seen.length > 0).toBe(!impossible.includes(what));
    if (what === 'requires a new argument') expect(seen).toHaveLength(tools().length);
  });
});
