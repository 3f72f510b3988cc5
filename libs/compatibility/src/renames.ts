import { type Contract, digestOf, type Member, withoutKeywords } from '@rollcall/contract';
import { isJsonObject, type JsonValue } from '@rollcall/kernel';
import { map, own } from './schema-node.js';

/** A tool that disappeared and the one that most probably takes over; `score` is between 0 and 1. */
export type ToolMapping = { from: string; to: string; score: number };

const THRESHOLD = 0.6;
const MAX_PAIRS = 40_000;
const WORDING = new Set(['description', 'title', 'examples', 'default', '$comment', '$schema']);

const DIALECT = new Set(['$schema', '$comment']);

/** Suggests, for every tool that is gone, the new tool that replaces it: by name, schema and wording, each used once. */
export function suggestToolMapping(base: Contract, head: Contract): ToolMapping[] {
  const tools = (contract: Contract): Member[] => contract.members.filter((member) => member.kind === 'tool');
  const names = (contract: Contract): Set<string> => new Set(tools(contract).map((member) => member.name));
  const before = names(base);
  const after = names(head);
  const removed = tools(base)
    .filter((member) => !after.has(member.name))
    .map(profile);
  const added = tools(head)
    .filter((member) => !before.has(member.name))
    .map(profile);
  if (removed.length * added.length > MAX_PAIRS) return [];
  const pairs = removed.flatMap((from) =>
    added.map((to) => ({ from: from.name, to: to.name, score: similarity(from, to) })),
  );
  const ranked = pairs
    .filter((pair) => pair.score >= THRESHOLD)
    .sort((a, b) => b.score - a.score || compare(a.from, b.from) || compare(a.to, b.to));
  const used = new Set<string>();
  return ranked.filter((pair) => {
    if (used.has(`from ${pair.from}`) || used.has(`to ${pair.to}`)) return false;
    used.add(`from ${pair.from}`).add(`to ${pair.to}`);
    return true;
  });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

type Profile = {
  name: string;
  key: string;
  words: Set<string>;
  fields: Set<string>;
  schema: string;
  worded: string;
  text: Set<string>;
};

const profiles = new WeakMap<Member, Profile>();

/** The same version is compared again and again: with its successors, in every check. */
function profile(member: Member): Profile {
  const known = profiles.get(member) ?? profileOf(member);
  profiles.set(member, known);
  return known;
}

function profileOf(member: Member): Profile {
  const input = own(member.definition, 'inputSchema') ?? {};
  const words = wordsOf(member.name.replace(/([a-z0-9])([A-Z])/g, '$1 $2'));
  const properties = isJsonObject(input) ? Object.entries(map(input, 'properties')) : [];
  const texts = [member.definition, ...properties.map(([, schema]) => schema)].map(descriptionOf);
  return {
    name: member.name,
    key: [...words].join(' '),
    words,
    fields: new Set(properties.map(([name, schema]) => `${name}:${typeOf(schema)}`)),
    schema: digestOf(withoutKeywords(input, WORDING)),
    worded: digestOf(withoutKeywords(input, DIALECT)),
    text: wordsOf(texts.join(' ').slice(0, 4_000)),
  };
}

function descriptionOf(from: JsonValue): string {
  const text = isJsonObject(from) ? own(from, 'description') : undefined;
  return typeof text === 'string' ? text : '';
}

function typeOf(schema: JsonValue): string {
  return isJsonObject(schema) ? JSON.stringify(own(schema, 'type') ?? null) : String(schema);
}

function wordsOf(text: string): Set<string> {
  return new Set(
    text
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u)
      .filter((word) => word !== ''),
  );
}

function similarity(a: Profile, b: Profile): number {
  const schema = schemaSimilarity(a, b);
  // The same words in another spelling (camelCase, kebab-case) need only a schema that is not entirely different.
  if (a.key === b.key) return 0.7 + 0.3 * Math.min(1, schema);
  return Math.min(1, 0.45 * schema + 0.25 * overlap(a.words, b.words) + 0.3 * overlap(a.text, b.text));
}

/** The same arguments in the same words say more than the same arguments; that both take none says little. */
function schemaSimilarity(a: Profile, b: Profile): number {
  if (a.fields.size === 0 && b.fields.size === 0) return 0.62;
  if (a.worded === b.worded) return 1.1;
  return a.schema === b.schema ? 1 : overlap(a.fields, b.fields);
}

function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const union = new Set([...a, ...b]).size;
  return union === 0 ? 0 : [...a].filter((each) => b.has(each)).length / union;
}
