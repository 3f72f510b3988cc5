import { type Contract, type IntakeIssue, invisibleCodePoints, type Member, walkSchema } from '@rollcall/contract';
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
    const what = `The ${member.kind.replace('_', ' ')} "${member.name}"`;
    return invisible(own(member.definition, 'description'), { tool: null, path: '/description', what });
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
    return [...undescribed, ...hiddenText(member.name, keyword, schema)];
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

function hiddenText(tool: string, keyword: string, schema: JsonObject): Finding[] {
  return [...walkSchema(schema)].flatMap((place) =>
    Object.entries(place.schema).flatMap(([key, value]) => {
      const path = pointer([keyword, ...place.path.map(String), key]);
      const text =
        key === 'properties'
          ? Object.keys(map(place.schema, key)).join(' ')
          : typeof value === 'string'
            ? value
            : listed(key, value);
      return invisible(text, { tool, path, what: `"${key}" of tool "${tool}"` });
    }),
  );
}

/** Values that are data and still read by a model. */
function listed(key: string, value: JsonValue): string | undefined {
  if (!['enum', 'const', 'default', 'examples'].includes(key)) return undefined;
  const texts: string[] = [];
  const collect = (each: JsonValue): void => {
    if (typeof each === 'string') texts.push(each);
    else if (typeof each === 'object' && each !== null) {
      if (!Array.isArray(each)) texts.push(...Object.keys(each));
      for (const inner of Object.values(each)) collect(inner);
    }
  };
  collect(value);
  return texts.join(' ');
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
