import { type Contract, type IntakeIssue, invisibleCodePoints, type Member } from '@rollcall/contract';
import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import { pointer } from './finding.js';
import { map, own } from './schema-node.js';

/** One result of linting: a rule, how bad it is, and where. */
export type Finding = {
  ruleId: string;
  severity: 'error' | 'warning' | 'info';
  tool: string | null;
  /** JSON pointer into the member's definition; for intake issues the place in what the server sent. */
  path: string;
  message: string;
};

/** Quality and safety findings of one contract; every intake issue is an error under its own code. */
export function lintContract(contract: Contract, issues: IntakeIssue[]): Finding[] {
  const intake = issues.map(
    (issue): Finding => ({
      ruleId: issue.code,
      severity: 'error',
      tool: null,
      path: issue.path,
      message: issue.message,
    }),
  );
  const whole = invisible(contract.instructions, { tool: null, path: '/instructions', what: 'The instructions' });
  return [...intake, ...whole, ...contract.members.flatMap(lintMember)];
}

function lintMember(member: Member): Finding[] {
  if (member.kind !== 'tool') {
    const what = `the ${member.kind.replace('_', ' ')} "${member.name}"`;
    return ['description', 'arguments'].flatMap((key) =>
      hiddenText(what, null, { value: own(member.definition, key) ?? null, path: [key] }),
    );
  }
  return [...missingDescription(member), ...lintSchemas(member), ...contradiction(member)];
}

function missingDescription(member: Member): Finding[] {
  const description = own(member.definition, 'description');
  const tool = member.name;
  if (typeof description !== 'string' || description.trim() === '') {
    return [
      {
        ruleId: 'TOOL_DESCRIPTION_MISSING',
        severity: 'warning',
        tool,
        path: '/description',
        message: `Tool "${tool}" has no description; a model cannot know when to use it.`,
      },
    ];
  }
  return invisible(description, { tool, path: '/description', what: `The description of tool "${tool}"` });
}

function lintSchemas(member: Member): Finding[] {
  return ['inputSchema', 'outputSchema'].flatMap((keyword) => {
    const schema = own(member.definition, keyword);
    if (!isJsonObject(schema)) return [];
    const undescribed = keyword === 'inputSchema' ? undescribedParameters(member.name, schema) : [];
    return [...undescribed, ...hiddenText(`tool "${member.name}"`, member.name, { value: schema, path: [keyword] })];
  });
}

function undescribedParameters(tool: string, schema: JsonObject): Finding[] {
  return Object.entries(map(schema, 'properties')).flatMap(([name, parameter]) => {
    const described =
      isJsonObject(parameter) &&
      (typeof own(parameter, 'description') === 'string' || Object.hasOwn(parameter, '$ref'));
    if (described) return [];
    const path = pointer(['inputSchema', 'properties', name]);
    return [
      {
        ruleId: 'PARAMETER_DESCRIPTION_MISSING',
        severity: 'info' as const,
        tool,
        path,
        message: `The argument "${name}" of tool "${tool}" has no description.`,
      },
    ];
  });
}

/** Every text and every key below: a model is given the whole schema, not only what a validator reads. */
function hiddenText(what: string, tool: string | null, root: { value: JsonValue; path: readonly string[] }): Finding[] {
  const found: Finding[] = [];
  const visit = (value: JsonValue, path: readonly string[]): void => {
    const at = { tool, path: pointer(path), what: `"${path.at(-1)}" of ${what}` };
    if (typeof value === 'string') found.push(...invisible(value, at));
    if (typeof value !== 'object' || value === null) return;
    if (!Array.isArray(value)) found.push(...invisible(Object.keys(value).join(' '), at));
    for (const [key, inner] of Object.entries(value)) visit(inner, [...path, key]);
  };
  visit(root.value, root.path);
  return found;
}

function invisible(text: JsonValue | undefined, at: { tool: string | null; path: string; what: string }): Finding[] {
  const found = typeof text === 'string' ? invisibleCodePoints(text) : [];
  if (found.length === 0) return [];
  const message = `${at.what} contains characters a person cannot see and a model reads: ${found.slice(0, 8).join(', ')}.`;
  return [{ ruleId: 'INVISIBLE_CHARACTERS', severity: 'error', tool: at.tool, path: at.path, message }];
}

const DESTROYS = new Set([
  'delete',
  'remove',
  'drop',
  'destroy',
  'erase',
  'purge',
  'wipe',
  'truncate',
  'uninstall',
  'terminate',
  'kill',
  'revoke',
  'overwrite',
]);

/** A name that destroys and a hint that only reads cannot both be true; consent dialogs believe the hint. */
function contradiction(member: Member): Finding[] {
  const hints = own(member.definition, 'annotations');
  if (!isJsonObject(hints) || own(hints, 'readOnlyHint') !== true) return [];
  const words = member.name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/);
  const verb = words.find((word) => DESTROYS.has(word));
  if (verb === undefined) return [];
  const message = `Tool "${member.name}" says that it only reads, but its name says "${verb}".`;
  return [
    {
      ruleId: 'READ_ONLY_CONTRADICTION',
      severity: 'error',
      tool: member.name,
      path: '/annotations/readOnlyHint',
      message,
    },
  ];
}
