import { type Change, type Comparison, compareContracts } from '@rollcall/compatibility';
import { type Contract, digestOf, type Member } from '@rollcall/contract';
import type { JsonObject, JsonValue } from '@rollcall/kernel';
import type { Consumer, ConsumerImpact } from './consumer.js';
import { brokenExamples } from './examples.js';
import { narrowInput, narrowOutput } from './narrow-schema.js';
import { argumentsOf, outputsOf, type ToolUse } from './tool-use.js';

/** A comparison with both its sides. */
export type JudgedChange = { base: Contract; head: Contract; comparison: Comparison };

/** From here on a comparison may have stopped looking, so nothing is told apart any more. */
const MAX_TOLD_APART = 200;

/**
 * Who is hit by the breaking changes of a comparison. What a consumer uses makes the old contract smaller, and the
 * smaller contract is compared with the new one by the same procedure: what that proves compatible does not hit the
 * consumer, everything else does. Who uses more is never left out where who uses less is hit, save that it always sends an
 * argument that becomes required; who uses the whole tool is hit by every breaking change of it.
 */
export function judgeConsumers(change: JudgedChange, consumers: readonly Consumer[]): ConsumerImpact[] {
  const judge = new Judge(change);
  return consumers
    .flatMap((consumer) => [...consumer.tools.flatMap((use) => judge.tool(consumer, use)), ...judge.rest(consumer)])
    .sort(byName);
}

type Side = 'inputSchema' | 'outputSchema';
type Hit = { changes: Change[]; reason: string };

const GONE = ['TOOL_REMOVED', 'TOOL_RENAMED'];
const NOTHING: Hit = { changes: [], reason: '' };

class Judge {
  private readonly base: ReadonlyMap<string, Member>;
  private readonly head: ReadonlyMap<string, Member>;
  private readonly narrowed = new Map<string, Change[]>();

  constructor(private readonly change: JudgedChange) {
    this.base = toolsOf(change.base);
    this.head = toolsOf(change.head);
  }

  tool(consumer: Consumer, use: ToolUse): ConsumerImpact[] {
    const changes = this.change.comparison.changes.filter((one) => one.tool === use.tool);
    const hit = this.hit(use, changes);
    const { calls, firstCallAt, lastCallAt } = use;
    const fingerprints = [...new Set(hit.changes.map((one) => one.fingerprint))].sort();
    if (fingerprints.length === 0) return [];
    return [{ ...whoIs(consumer), tool: use.tool, fingerprints, reason: hit.reason, calls, firstCallAt, lastCallAt }];
  }

  /** What is not a tool: resources and prompts by name, and what belongs to the server as a whole. */
  rest(consumer: Consumer): ConsumerImpact[] {
    const names = new Set([
      ...consumer.resources.flatMap((uri) => [`resource:${uri}`, `resource_template:${uri}`]),
      ...consumer.prompts.map((name) => `prompt:${name}`),
    ]);
    const hit = this.change.comparison.changes.filter(
      ({ severity, tool, member }) =>
        severity === 'breaking' &&
        tool === null &&
        (names.has(member) || !/^(resource|resource_template|prompt):/.test(member)),
    );
    return hit.map(({ fingerprint, message }) => ({
      ...whoIs(consumer),
      tool: '*',
      fingerprints: [fingerprint],
      reason: message,
      calls: 0,
      firstCallAt: null,
      lastCallAt: null,
    }));
  }

  private hit(use: ToolUse, changes: readonly Change[]): Hit {
    const breaking = changes.filter((one) => one.severity === 'breaking');
    const gone = breaking.find((one) => GONE.includes(one.ruleId));
    if (gone !== undefined) return { changes: breaking, reason: gone.message };
    const base = this.base.get(use.tool);
    const head = this.head.get(use.tool);
    if (base === undefined || head === undefined) return breaking.length === 0 ? NOTHING : all(breaking);
    const sides = (['inputSchema', 'outputSchema'] as const).map((side) => {
      const here = changes.filter((one) => sideOf(one) === side);
      return this.side({ use, side, base, head, here });
    });
    const elsewhere = breaking.filter((one) => sideOf(one) === null);
    const hits = [this.example(use, { base, head, changes, found: sides[0] as Hit }), ...sides, all(elsewhere)];
    const real = hits.filter((one) => one.changes.length > 0);
    return { changes: real.flatMap((one) => one.changes), reason: real[0]?.reason ?? '' };
  }

  /** The breaking changes of one schema of a tool that what is used of it does not rule out. */
  private side(ask: { use: ToolUse; side: Side; base: Member; head: Member; here: Change[] }): Hit {
    const { use, side, base, head, here } = ask;
    const breaking = here.filter((one) => one.severity === 'breaking');
    if (breaking.length === 0) return NOTHING;
    const places = side === 'inputSchema' ? argumentsOf(use.expectation) : outputsOf(use.expectation);
    if (side === 'outputSchema' && !places.whole && places.below.size === 0) return NOTHING;
    const before = base.definition[side] as JsonValue;
    const smaller = side === 'inputSchema' ? narrowInput(before, places) : narrowOutput(before, places);
    if (smaller === null || here.length > MAX_TOLD_APART) return all(breaking);
    const after = head.definition[side];
    if (after === undefined || (side === 'inputSchema' && this.isImpossible(smaller))) return all(breaking);
    const found = this.compare(side, smaller, after).filter((one) => sideOf(one) === side && one.severity !== 'safe');
    return all(attributed(found, here));
  }

  /** An example that breaks is a break, whatever the comparison thought of the place. */
  private example(use: ToolUse, at: { base: Member; head: Member; changes: readonly Change[]; found: Hit }): Hit {
    const { base, head, changes, found } = at;
    const sides = [base, head].map((one) => one.definition['inputSchema'] ?? true) as [JsonValue, JsonValue];
    const [first] = brokenExamples(use.expectation.examples, ...sides);
    if (first === undefined) return NOTHING;
    const note = use.expectation.examples[first]?.note ?? null;
    const reason = `Example call ${first + 1}${note === null ? '' : ` (${note})`} of "${use.tool}" was accepted and is refused.`;
    if (found.changes.length > 0) return { changes: found.changes, reason };
    const suspects = changes.filter((one) => sideOf(one) === 'inputSchema' && one.severity !== 'safe');
    return { changes: suspects.length > 0 ? suspects : [unnamed(use.tool, sides, reason)], reason };
  }

  /** True when nothing fits: a call that nobody can make breaks nowhere, and tells nothing about those that are made. */
  private isImpossible(schema: JsonObject): boolean {
    return this.compare('inputSchema', schema, false).every(({ severity }) => severity === 'safe');
  }

  /** The same smaller schema occurs for many consumers. */
  private compare(side: Side, before: JsonObject, after: JsonValue): Change[] {
    const key = digestOf([side, before, after]);
    const known = this.narrowed.get(key);
    if (known !== undefined) return known;
    const { changes } = compareContracts(oneTool(side, before), oneTool(side, after));
    this.narrowed.set(key, changes);
    return changes;
  }
}

/**
 * Which of the breaking changes the narrower comparison found again. One schema that is used in two places is reported at
 * the first of them only, so a finding at another place stands for every change of its rule, or for all.
 */
function attributed(found: readonly Change[], here: readonly Change[]): Change[] {
  const breaking = here.filter((one) => one.severity === 'breaking');
  const known = new Set(here.filter((one) => one.severity === 'dangerous').map(placeOf));
  const hits = found.flatMap((one) => {
    if (one.ruleId.endsWith('_UNDECIDED')) {
      const near = breaking.filter(({ path }) => isBelow(path, one.path) || isBelow(one.path, path));
      return near.length > 0 ? near : breaking;
    }
    // that it is dangerous was known of every caller, and is said beside the verdict
    if (one.severity === 'dangerous' && known.has(placeOf(one))) return [];
    const same = breaking.filter(({ path }) => path === one.path);
    const alike = breaking.filter(({ ruleId }) => ruleId === one.ruleId);
    return [same, alike, breaking].find((some) => some.length > 0) ?? [];
  });
  return [...new Set(hits)];
}

const placeOf = ({ ruleId, path }: Change): string => `${ruleId} ${path}`;

function isBelow(path: string, other: string): boolean {
  return path === other || path.startsWith(`${other}/`);
}

function sideOf({ path }: Change): Side | null {
  return (['inputSchema', 'outputSchema'] as const).find((side) => isBelow(path, `/${side}`)) ?? null;
}

function all(changes: Change[]): Hit {
  return { changes, reason: changes[0]?.message ?? '' };
}

/** A break that no change of the comparison explains still needs a name that an approval can stick to. */
function unnamed(tool: string, [before, after]: [JsonValue, JsonValue], message: string): Change {
  const fingerprint = digestOf({ ruleId: 'EXAMPLE_BROKEN', tool, before, after });
  return {
    ruleId: 'EXAMPLE_BROKEN',
    severity: 'breaking',
    risk: 'none',
    tool,
    member: `tool:${tool}`,
    path: '/inputSchema',
    message,
    fingerprint,
  };
}

function toolsOf(contract: Contract): Map<string, Member> {
  return new Map(contract.members.filter(({ kind }) => kind === 'tool').map((member) => [member.name, member]));
}

/** A contract of one tool with one schema: only its place in a comparison matters. */
function oneTool(side: Side, schema: JsonValue): Contract {
  const definition: JsonObject = { name: 'tool', inputSchema: { type: 'object' }, [side]: schema };
  const digest = digestOf(definition);
  const members: Member[] = [{ kind: 'tool', name: 'tool', digest, definition }];
  return { format: 'rollcall.contract.v1', digest, instructions: null, capabilities: {}, members };
}

function whoIs({ agentId, agent, environment, source }: Consumer) {
  return { agentId, agent, environment: environment ?? '*', source };
}

function byName(a: ConsumerImpact, b: ConsumerImpact): number {
  const key = ({ agent, environment, tool }: ConsumerImpact) => `${agent}\n${environment}\n${tool}`;
  return key(a) < key(b) ? -1 : Number(key(a) > key(b));
}
