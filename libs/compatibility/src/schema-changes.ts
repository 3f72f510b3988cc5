import { withoutKeywords } from '@rollcall/contract';
import type { JsonObject, JsonValue } from '@rollcall/kernel';
import { type ChangeDraft, makeChange } from './change.js';
import type { Change } from './comparison.js';
import { dialectReason } from './dialect.js';
import { type Finding, type FindingKind, undecided } from './finding.js';
import { Inclusion, MAX_STEPS } from './inclusion.js';
import { ruleOf } from './rules.js';
import { sameJson } from './same-json.js';
import { type Doc, docOf } from './schema-node.js';
import { breakingRule, harmlessRule, type SchemaSide } from './schema-rule-map.js';
import { WitnessSearch } from './witness.js';

/** One schema of a tool, before and after. */
export type SchemaPair = { tool: string; side: SchemaSide; base: JsonValue; head: JsonValue };

/** How much work goes into one schema: see CompareOptions. */
export type SchemaOptions = { maxSteps?: number; witnesses?: boolean };

export const NOT_ASKED = 'No witness: none was asked for.';

const ROOT = { path: '', steps: [] };

/** All changes of one schema that concern values: first what may break, then what is harmless. */
export function schemaChanges(pair: SchemaPair, { maxSteps = MAX_STEPS, witnesses }: SchemaOptions = {}): Change[] {
  if (sameBytes(pair)) return [];
  const base = docOf('base', pair.base);
  const head = docOf('head', pair.head);
  // Callers hold the old input schema, readers the old output schema: the smaller side differs.
  const [sub, sup] = pair.side === 'input' ? [base, head] : [head, base];
  const breaking = findings(sub, sup, maxSteps);
  // What is harmless decides nothing: half of the work is enough to name it.
  const harmless = findings(sup, sub, maxSteps >> 1).filter((back) => !breaking.some((each) => covers(each, back)));
  const reason = dialectReason(pair.base, pair.head);
  if (reason !== null) breaking.push(undecided(ROOT, reason));
  const search = witnesses === false ? null : new WitnessSearch(sub, sup);
  const found = [
    ...breaking.map((each) => ({ kind: each.kind, change: breakingChange(pair, each, search) })),
    ...harmless.map((each) => ({ kind: each.kind, change: harmlessChange(pair, each) })),
  ];
  return found.length > 0 ? once(onePerProperty(found)) : rewritten(pair);
}

function sameBytes(pair: SchemaPair): boolean {
  return sameJson(pair.base, pair.head);
}

function findings(sub: Doc, sup: Doc, maxSteps: number): Finding[] {
  const found = new Inclusion(maxSteps).includes(
    [{ schema: sub.root, doc: sub }],
    [{ schema: sup.root, doc: sup }],
    ROOT,
  );
  return [...new Map(found.map((each) => [`${each.kind} ${each.path} ${each.subject}`, each])).values()];
}

/** A place that changed in the breaking direction is not reported again in the other one, except for lists of values. */
function covers(breaking: Finding, back: Finding): boolean {
  if (back.kind === 'undecided') return breaking.path === back.path;
  return breaking.kind === back.kind && breaking.path === back.path && back.kind !== 'enum';
}

type Found = { kind: FindingKind; change: Change };

/** That a property exists and that it is required are one change when both differ: the worse of the two tells it. */
function onePerProperty(found: readonly Found[]): Change[] {
  const kinds: readonly FindingKind[] = ['required', 'property', 'property_open'];
  const about = ({ kind, change }: Found): string | null => (kinds.includes(kind) ? change.path : null);
  const worst = new Map<string | null, Found>();
  for (const one of found) {
    const known = worst.get(about(one));
    if (known === undefined || weight(one) > weight(known)) worst.set(about(one), one);
  }
  return found
    .filter((one) => about(one) === null || one.kind === worst.get(about(one))?.kind)
    .map(({ change }) => change);
}

function weight({ kind, change }: Found): number {
  return { breaking: 4, dangerous: 2, safe: 0 }[change.severity] + Number(kind === 'required');
}

function once(changes: readonly Change[]): Change[] {
  return [
    ...new Map(changes.map((change) => [`${change.ruleId} ${change.path} ${change.fingerprint}`, change])).values(),
  ];
}

function breakingChange(pair: SchemaPair, each: Finding, search: WitnessSearch | null): Change {
  const ruleId = breakingRule(pair.side, each);
  if (ruleOf(ruleId).severity !== 'breaking') return makeChange(draft(pair, each, ruleId));
  const answer = search?.search(each) ?? { reason: NOT_ASKED };
  if ('value' in answer) {
    const [validUnder, invalidUnder] =
      pair.side === 'input' ? (['base', 'head'] as const) : (['head', 'base'] as const);
    return { ...makeChange(draft(pair, each, ruleId)), witness: { value: answer.value, validUnder, invalidUnder } };
  }
  if (each.definite) return { ...makeChange(draft(pair, each, ruleId)), witness: null, witnessReason: answer.reason };
  const unsure = pair.side === 'input' ? 'INPUT_UNDECIDED' : 'OUTPUT_UNDECIDED';
  const reason = each.reason ?? `${describe(each)}, but no value was found that shows a difference`;
  return makeChange({
    ...draft(pair, each, unsure),
    message: `Tool "${pair.tool}": not certain at ${place(pair, each)}: ${reason}.`,
  });
}

function harmlessChange(pair: SchemaPair, each: Finding): Change {
  return makeChange(draft(pair, each, harmlessRule(pair.side, each)));
}

function draft(pair: SchemaPair, each: Finding, ruleId: string): ChangeDraft & { from: JsonValue } {
  const { title } = ruleOf(ruleId);
  return {
    ruleId,
    member: `tool:${pair.tool}`,
    tool: pair.tool,
    path: place(pair, each),
    message: `Tool "${pair.tool}": ${title[0]?.toLowerCase()}${title.slice(1)}: ${describe(each)} at ${place(pair, each)}.`,
    from: each.sub,
    // With the schema of a new property: who approved a required text did not approve a required number.
    to: { kind: each.kind, subject: each.subject, sup: each.sup, declared: each.declared ?? null },
  };
}

function describe(each: Finding): string {
  const short = (value: JsonValue): string => JSON.stringify(value).slice(0, 80);
  if (each.kind === 'bound' || each.kind === 'inexact')
    return `${each.subject} is ${short(each.sup)} on one side and ${short(each.sub)} on the other`;
  if (each.kind === 'undecided') return each.reason ?? each.subject;
  return `"${each.subject.slice(0, 80)}"`;
}

function place(pair: SchemaPair, each: Finding): string {
  return `/${pair.side}Schema${each.path}`;
}

const IGNORED = new Set(['$schema', '$comment', 'description', 'title', 'examples', 'default', 'x-mcp-header']);

/** Different text, the same values: worth a line, because a reviewer would otherwise wonder. */
function rewritten(pair: SchemaPair): Change[] {
  const before = withoutKeywords(pair.base, IGNORED);
  const after = withoutKeywords(pair.head, IGNORED);
  if (sameJson(before, after)) return [];
  const ruleId = pair.side === 'input' ? 'INPUT_REWRITTEN' : 'OUTPUT_REWRITTEN';
  const path = `/${pair.side}Schema`;
  const message = `Tool "${pair.tool}": ${path} is written differently and stands for the same values.`;
  return [
    makeChange({
      ruleId,
      member: `tool:${pair.tool}`,
      tool: pair.tool,
      path,
      message,
      from: before as JsonObject,
      to: after as JsonObject,
    }),
  ];
}
