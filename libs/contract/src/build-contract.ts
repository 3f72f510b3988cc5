import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import type { Contract, Digest, IntakeIssue, Member, MemberKind, RawOffer } from './contract.js';
import { canonicalJson, digestOf, hasLoneSurrogate, merkleRoot } from './digest.js';
import { MAX_MEMBER_BYTES, takeMember, valueIssues } from './member-intake.js';

/** Members one contract may have; what comes after is left out and named. */
export const MAX_MEMBERS = 5_000;

type Offered = { kind: MemberKind; raw: JsonValue; at: string };

/**
 * Builds the contract of an offer. Every member passes strict intake by itself: one that does not is left out and each
 * reason is named in `issues`, so that what is in the contract was understood completely.
 */
export function buildContract(offer: RawOffer): { contract: Contract; issues: IntakeIssue[] } {
  const offered = listOffered(offer);
  const taken = offered.slice(0, MAX_MEMBERS).map((one) => ({ at: one.at, ...takeMember(one.kind, one.raw, one.at) }));
  const issues = taken.flatMap((one) => one.issues);
  if (offered.length > MAX_MEMBERS) {
    const path = offered[MAX_MEMBERS]?.at ?? '';
    issues.push({ code: 'TOO_LARGE', message: `More than ${MAX_MEMBERS} members; the rest is left out.`, path });
  }
  const unique = dropDuplicates(taken.flatMap((one) => (one.member ? [{ at: one.at, member: one.member }] : [])));
  const instructions = takeInstructions(offer.instructions ?? null);
  const capabilities = takeCapabilities(offer.capabilities ?? {});
  const contract = sealContract(unique.members, instructions.value, capabilities.value);
  return { contract, issues: [...issues, ...unique.issues, ...instructions.issues, ...capabilities.issues] };
}

/** Sorts members and computes the root digest: a Merkle tree over capabilities, instructions and every member. */
function sealContract(members: readonly Member[], instructions: string | null, capabilities: JsonObject): Contract {
  const sorted = [...members].sort((a, b) => compareText(a.kind, b.kind) || compareText(a.name, b.name));
  const leaves: Digest[] = [
    digestOf({ part: 'format', value: 'rollcall.contract.v1' }),
    digestOf({ part: 'capabilities', value: capabilities }),
    digestOf({ part: 'instructions', value: instructions }),
    ...sorted.map((member) => digestOf({ part: member.kind, name: member.name, digest: member.digest })),
  ];
  return { format: 'rollcall.contract.v1', digest: merkleRoot(leaves), instructions, capabilities, members: sorted };
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function listOffered(offer: RawOffer): Offered[] {
  const list = (kind: MemberKind, key: string, raws: JsonValue[] = []): Offered[] =>
    raws.map((raw, index) => ({ kind, raw, at: `${key}[${index}]` }));
  return [
    ...list('tool', 'tools', offer.tools),
    ...list('resource', 'resources', offer.resources),
    ...list('resource_template', 'resourceTemplates', offer.resourceTemplates),
    ...list('prompt', 'prompts', offer.prompts),
  ];
}

/**
 * Two different definitions under one name: clients disagree which one counts, so neither is accepted. The same
 * definition sent twice (pages that overlap) stays once and is still named.
 */
function dropDuplicates(taken: readonly { at: string; member: Member }[]): {
  members: Member[];
  issues: IntakeIssue[];
} {
  const groups = new Map<string, { at: string; member: Member }[]>();
  for (const one of taken) {
    const key = `${one.member.kind} ${one.member.name}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const members: Member[] = [];
  const issues: IntakeIssue[] = [];
  for (const [first, ...others] of groups.values()) {
    if (first === undefined) continue;
    const same = others.every((other) => other.member.digest === first.member.digest);
    if (same) members.push(first.member);
    for (const other of others) {
      const message = same
        ? `"${first.member.name}" is offered twice with the same definition; it is kept once.`
        : `"${first.member.name}" is offered with different definitions; none of them is accepted.`;
      issues.push({ code: 'DUPLICATE_NAME', message, path: other.at });
    }
  }
  return { members, issues };
}

function takeInstructions(value: JsonValue): { value: string | null; issues: IntakeIssue[] } {
  if (value === null) return { value, issues: [] };
  const path = 'instructions';
  if (typeof value !== 'string')
    return { value: null, issues: [{ code: 'MALFORMED', message: 'instructions must be a text.', path }] };
  if (hasLoneSurrogate(value)) {
    return {
      value: null,
      issues: [{ code: 'LONE_SURROGATE', message: 'Text contains half of a surrogate pair.', path }],
    };
  }
  if (value.length > MAX_MEMBER_BYTES) {
    return {
      value: null,
      issues: [{ code: 'TOO_LARGE', message: `instructions are longer than ${MAX_MEMBER_BYTES}.`, path }],
    };
  }
  return { value, issues: [] };
}

function takeCapabilities(value: JsonValue): { value: JsonObject; issues: IntakeIssue[] } {
  const path = 'capabilities';
  if (!isJsonObject(value))
    return { value: {}, issues: [{ code: 'NOT_AN_OBJECT', message: 'capabilities must be a JSON object.', path }] };
  const issues = valueIssues(value, path);
  if (issues.length > 0) return { value: {}, issues };
  if (canonicalJson(value).length > MAX_MEMBER_BYTES) {
    return {
      value: {},
      issues: [{ code: 'TOO_LARGE', message: `capabilities are larger than ${MAX_MEMBER_BYTES} bytes.`, path }],
    };
  }
  return { value, issues: [] };
}
