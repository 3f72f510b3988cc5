import type { Contract, Member } from '@rollcall/contract';
import { isJsonObject } from '@rollcall/kernel';
import { makeChange } from './change.js';
import type { Change, Comparison, Conclusion, Risk } from './comparison.js';
import { otherMemberChanges, serverChanges } from './member-changes.js';
import { suggestToolMapping } from './renames.js';
import { toolChanges } from './tool-changes.js';
import { textRisk } from './wording.js';

export type CompareOptions = {
  /** Bounds the work per schema and direction; what is not decided within it is reported as undecided. */
  maxSteps?: number;
  /** False: no value is searched for. What only a value can prove stays undecided, so that no verdict gets better by it. */
  witnesses?: boolean;
};

const SEVERITIES = ['breaking', 'dangerous', 'safe'] as const;

/**
 * Compares what two versions offer, from the side of a caller or reader that still holds `base`: arguments that were
 * valid must stay valid, results that are valid must have been valid before. What is not certain is `dangerous`, never `safe`.
 */
export function compareContracts(base: Contract, head: Contract, options: CompareOptions = {}): Comparison {
  const changes = base.digest === head.digest ? [] : allChanges(base, head, options);
  changes.sort(byImportance);
  return { conclusion: conclude(changes), base: { digest: base.digest }, head: { digest: head.digest }, changes };
}

function allChanges(base: Contract, head: Contract, options: CompareOptions): Change[] {
  const tools = toolListChanges(base, head, options);
  // a file with nothing but tools does not say that the rest is gone; what it has more than the base is told
  if (isBareToolList(head) && !isBareToolList(base)) return tools;
  return [...tools, ...otherMemberChanges(base, head), ...serverChanges(base, head)];
}

/** Whoever lists tools over the protocol has the capability to: this was read from a plain `tools/list` result. */
function isBareToolList({ members, instructions, capabilities }: Contract): boolean {
  return (
    instructions === null && Object.keys(capabilities).length === 0 && members.every(({ kind }) => kind === 'tool')
  );
}

function toolListChanges(base: Contract, head: Contract, options: CompareOptions): Change[] {
  const before = toolsOf(base);
  const after = toolsOf(head);
  const renames = new Map(suggestToolMapping(base, head).map((each) => [each.from, each]));
  const taken = new Set([...renames.values()].map((each) => each.to));
  const kept = [...before.values()].flatMap((member) => {
    const now = after.get(member.name);
    if (now !== undefined) return toolChanges({ base: member, head: now }, options);
    const rename = renames.get(member.name);
    return [rename === undefined ? removed(member) : renamed(member, rename.to)];
  });
  const added = [...after.values()]
    .filter((member) => !before.has(member.name) && !taken.has(member.name))
    .map(addedTool);
  return [...kept, ...added];
}

function toolsOf(contract: Contract): Map<string, Member> {
  return new Map(contract.members.filter((member) => member.kind === 'tool').map((member) => [member.name, member]));
}

function removed(member: Member): Change {
  const tool = member.name;
  return makeChange({ ruleId: 'TOOL_REMOVED', tool, member: `tool:${tool}`, message: `Tool "${tool}" was removed.` });
}

function renamed(member: Member, to: string): Change {
  const tool = member.name;
  const message = `Tool "${tool}" was renamed; "${to}" most probably takes over.`;
  return { ...makeChange({ ruleId: 'TOOL_RENAMED', tool, member: `tool:${tool}`, message, to }), renamedTo: to };
}

function addedTool(member: Member): Change {
  const tool = member.name;
  const hints = member.definition['annotations'];
  const destructive = isJsonObject(hints) && hints['destructiveHint'] === true;
  const risk: Risk = destructive ? 'high' : textRisk(member.definition);
  const message = `Tool "${tool}" was added${destructive ? ' and says that it is destructive' : ''}.`;
  return makeChange({ ruleId: 'TOOL_ADDED', tool, member: `tool:${tool}`, message, to: member.digest, risk });
}

function byImportance(a: Change, b: Change): number {
  const rank = SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity);
  return (
    rank ||
    compareText(a.member, b.member) ||
    compareText(a.path, b.path) ||
    compareText(a.ruleId, b.ruleId) ||
    compareText(a.fingerprint, b.fingerprint)
  );
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function conclude(changes: readonly Change[]): Conclusion {
  return SEVERITIES.find((severity) => changes.some((change) => change.severity === severity)) ?? 'identical';
}
