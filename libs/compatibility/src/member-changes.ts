import type { Contract, Member } from '@rollcall/contract';
import { isJsonObject, type JsonObject } from '@rollcall/kernel';
import { makeChange } from './change.js';
import type { Change } from './comparison.js';
import { sameJson } from './same-json.js';
import { list, own } from './schema-node.js';
import { textRisk } from './wording.js';

/** Changes of resources, resource templates and prompts. */
export function otherMemberChanges(base: Contract, head: Contract): Change[] {
  const key = (member: Member): string => `${member.kind}:${member.name}`;
  const others = (contract: Contract): Map<string, Member> =>
    new Map(contract.members.filter((member) => member.kind !== 'tool').map((member) => [key(member), member]));
  const before = others(base);
  const after = others(head);
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((member) =>
    oneMember(member, before.get(member), after.get(member)),
  );
}

function oneMember(member: string, before: Member | undefined, after: Member | undefined): Change[] {
  const one = before ?? after;
  if (one === undefined || before?.digest === after?.digest) return [];
  const what = one.kind === 'prompt' ? 'PROMPT' : 'RESOURCE';
  const label = `${one.kind.replace('_', ' ')} "${one.name}"`;
  if (after === undefined)
    return [makeChange({ ruleId: `${what}_REMOVED`, member, message: `The ${label} was removed.` })];
  if (before === undefined) {
    const risk = textRisk(after.definition);
    return [
      makeChange({ ruleId: `${what}_ADDED`, member, message: `The ${label} was added.`, to: after.digest, risk }),
    ];
  }
  const changes = what === 'PROMPT' ? promptChanges(member, before, after) : mimeTypeChange(member, before, after);
  if (changes.length > 0 || sameJson(visible(before), visible(after))) return changes;
  const message = `The definition of the ${label} changed.`;
  return [
    makeChange({
      ruleId: `${what}_TEXT_CHANGED`,
      member,
      message,
      from: before.digest,
      to: after.digest,
      risk: textRisk(after.definition),
    }),
  ];
}

/** Icons and vendor `_meta` do not reach a model and promise nothing. */
function visible(member: Member): JsonObject {
  return Object.fromEntries(Object.entries(member.definition).filter(([key]) => key !== 'icons' && key !== '_meta'));
}

function mimeTypeChange(member: string, before: Member, after: Member): Change[] {
  const from = own(before.definition, 'mimeType') ?? null;
  const to = own(after.definition, 'mimeType') ?? null;
  if (sameJson(from, to)) return [];
  const message = `The MIME type of "${before.name}" was ${JSON.stringify(from)} and is ${JSON.stringify(to)}.`;
  return [makeChange({ ruleId: 'RESOURCE_MIME_TYPE_CHANGED', member, path: '/mimeType', message, from, to })];
}

function promptChanges(member: string, before: Member, after: Member): Change[] {
  const args = (one: Member): Map<string, boolean> =>
    new Map(
      list(one.definition, 'arguments')
        .filter(isJsonObject)
        .map((each) => [String(own(each, 'name')), own(each, 'required') === true]),
    );
  const old = args(before);
  const now = args(after);
  const required = [...now].filter(([name, needed]) => needed && old.get(name) !== true);
  const removed = [...old.keys()].filter((name) => !now.has(name));
  return [
    ...required.map(([name]) =>
      makeChange({
        ruleId: 'PROMPT_ARGUMENT_REQUIRED',
        member,
        path: '/arguments',
        message: `The prompt "${before.name}" now requires "${name}".`,
        to: name,
      }),
    ),
    ...removed.map((name) =>
      makeChange({
        ruleId: 'PROMPT_ARGUMENT_REMOVED',
        member,
        path: '/arguments',
        message: `The prompt "${before.name}" no longer takes "${name}".`,
        from: name,
      }),
    ),
  ];
}

/** Changes of what belongs to the server as a whole. */
export function serverChanges(base: Contract, head: Contract): Change[] {
  const changes: Change[] = [];
  if (base.instructions !== head.instructions) {
    const message = 'The instructions of the server changed.';
    const risk = textRisk(head.instructions);
    changes.push(
      makeChange({
        ruleId: 'INSTRUCTIONS_CHANGED',
        member: 'instructions',
        message,
        from: base.instructions,
        to: head.instructions,
        risk,
      }),
    );
  }
  const names = new Set([...Object.keys(base.capabilities), ...Object.keys(head.capabilities)]);
  for (const name of [...names].sort()) {
    const from = own(base.capabilities, name) ?? null;
    const to = own(head.capabilities, name) ?? null;
    if (sameJson(from, to)) continue;
    const verb = from === null ? 'ADDED' : to === null ? 'REMOVED' : 'CHANGED';
    const message = `The capability "${name}" was ${verb.toLowerCase()}.`;
    changes.push(
      makeChange({ ruleId: `CAPABILITY_${verb}`, member: 'capabilities', path: `/${name}`, message, from, to }),
    );
  }
  return changes;
}
