import { type Draft, eachTool, offer, type RuleFamily, type RuleText } from './lint-rule.js';
import { hasAny, type ParameterView, type ToolView, typesOf } from './tool-view.js';

const tool = (name: string, properties: object): string =>
  offer({ name, description: 'Looks invoices up, the newest first.', inputSchema: { type: 'object', properties } });
const text = (description: string, more: object = {}): object => ({ type: 'string', description, ...more });

const RULES: readonly RuleText[] = [
  {
    id: 'PARAMETER_RAW_QUERY',
    severity: 'warning',
    title: 'An argument is a query or command in a language of its own',
    explanation:
      'SQL, other query languages, shell commands and raw headers let a model do whatever the language can; no schema, no annotation and no approval says what a call does.',
    before: tool('find_invoices', { sql: text('SQL statement to run.') }),
    after: tool('find_invoices', { customer: text('Number of the customer.') }),
  },
  {
    id: 'PARAMETER_LOW_LEVEL',
    severity: 'info',
    title: 'An argument is about the machinery',
    explanation:
      'Offsets, row ids and debug flags make a model think about how the server works instead of about the task.',
    before: tool('find_invoices', { offset: { type: 'integer', description: 'Rows to skip.', maximum: 1000 } }),
    after: tool('find_invoices', { cursor: text('Where the page before ended.') }),
  },
  {
    id: 'SECRET_PARAMETER',
    severity: 'warning',
    title: 'An argument is a secret',
    explanation:
      'What a model passes stands in its context, in transcripts and in logs. Credentials belong into the connection, where no model sees them.',
    before: tool('find_invoices', { api_key: text('Key of the account.') }),
    after: tool('find_invoices', { customer: text('Number of the customer.') }),
  },
];

/** What an argument is by its name: a raw language, machinery, or a secret. */
export const parameterKinds: RuleFamily = eachTool(RULES, (one) =>
  one.parameters.flatMap((parameter): Draft[] => {
    const kind = kindOf(parameter, one);
    if (kind === null) return [];
    const at = { tool: one.name, path: parameter.path };
    const subject = `The argument "${parameter.name}" of tool "${one.name}"`;
    return [{ ...at, ruleId: kind.ruleId, message: `${subject} ${kind.says}`, hint: kind.hint }];
  }),
);

type Kind = { ruleId: string; says: string; hint: string };

const SECRET: Kind = {
  ruleId: 'SECRET_PARAMETER',
  says: 'is a secret that a model would have to know.',
  hint: 'Take it from the connection: a header, the environment, or sign-in.',
};
const RAW: Kind = {
  ruleId: 'PARAMETER_RAW_QUERY',
  says: 'takes a language of its own; nothing limits what a call may do.',
  hint: 'Offer the questions that are asked as tools with arguments of their own.',
};
const LOW: Kind = {
  ruleId: 'PARAMETER_LOW_LEVEL',
  says: 'is about the machinery and not about the task.',
  hint: 'Leave it out, or hide it behind a cursor, a name or a default.',
};

function kindOf(parameter: ParameterView, one: ToolView): Kind | null {
  const types = typesOf(parameter.schemas);
  const may = (type: string): boolean => types.size === 0 || types.has(type);
  if (may('string') && !hasAny(parameter.schemas, 'enum', 'const') && isSecret(parameter.words)) return SECRET;
  if (isRaw(parameter, may)) return RAW;
  return isLowLevel(parameter, may, one) ? LOW : null;
}

const SECRET_ENDS = [
  'password',
  'passwd',
  'passphrase',
  'secret',
  'api key',
  'apikey',
  'private key',
  'secret key',
  'access key',
  'access token',
  'auth token',
  'bearer token',
  'refresh token',
  'id token',
  'api token',
  'session token',
  'personal access token',
  'client secret',
  'credentials',
];
/** A "token" that is a place in a list, or a piece of text. */
const OTHER_TOKENS = new Set([
  'page',
  'next',
  'previous',
  'continuation',
  'sync',
  'cursor',
  'max',
  'stop',
  'start',
  'end',
]);

/** By the end of the name: `password` and `github_token` are secrets, `password_policy` and `token_id` are not. */
function isSecret(words: readonly string[]): boolean {
  const name = words.join(' ');
  if (SECRET_ENDS.some((end) => name === end || name.endsWith(` ${end}`))) return true;
  return (
    words.at(-1) === 'token' && !words.some((word) => OTHER_TOKENS.has(word)) && (words.length === 1 || isIssuer(words))
  );
}

/** `github_token`, `bot_token`: a token of somebody; `mint_token` or `erc_token` is not known to be one. */
function isIssuer(words: readonly string[]): boolean {
  return /^(?:github|gitlab|slack|bot|user|jwt|oauth|auth|bearer|api|notion|jira|discord|telegram|stripe|npm|csrf|hf)$/.test(
    words.at(-2) ?? '',
  );
}

const LANGUAGES = new Set([
  'sql',
  'cypher',
  'sparql',
  'kql',
  'promql',
  'logql',
  'jql',
  'soql',
  'gql',
  'graphql',
  'jq',
  'xpath',
  'dql',
  'esql',
  'hogql',
]);
const RAW_NAMES = new Set([
  'raw query',
  'sql query',
  'query string',
  'shell command',
  'bash command',
  'raw headers',
  'request headers',
  'http headers',
  'custom headers',
  'command line',
  'where clause',
  'raw sql',
]);

function isRaw({ name, words, description, schemas }: ParameterView, may: (type: string) => boolean): boolean {
  const joined = words.join(' ');
  if (joined === 'headers') return may('object') && !hasAny(schemas, 'properties');
  if (!may('string') || hasAny(schemas, 'enum', 'const')) return false;
  if (RAW_NAMES.has(joined)) return joined !== 'query string' || saysLanguage(description);
  const last = words.at(-1) ?? '';
  if (LANGUAGES.has(last) || (LANGUAGES.has(words[0] ?? '') && last === 'query')) return true;
  if (name === 'command')
    return /\b(?:shell|bash|terminal|command line|powershell)\b/i.test((description ?? '').slice(0, 400));
  return (joined === 'query' || joined === 'statement') && saysLanguage(description);
}

/** `query` alone is a search in most servers: only when its description names the language is it one. */
function saysLanguage(description: string | null): boolean {
  return /\b(?:sql|graphql|cypher|sparql|promql|kusto|kql|jql|soql|mongodb)\b.{0,40}\b(?:query|statement|expression|to (?:run|execute))|\b(?:SELECT|INSERT|UPDATE) (?:query|statement)/i.test(
    (description ?? '').slice(0, 400),
  );
}

const MACHINERY = new Set([
  'debug',
  'verbose',
  'verbosity',
  'trace id',
  'traceid',
  'request id',
  'row id',
  'rowid',
  'internal id',
  'object id',
  'correlation id',
  'debug mode',
  'log level',
  'db name',
  'shard',
  'shard id',
  'partition key',
  'etag',
]);

function isLowLevel(
  { name, words, description }: ParameterView,
  may: (type: string) => boolean,
  one: ToolView,
): boolean {
  const joined = words.join(' ');
  // in a tool that is about logs, requests or traces, they are the task
  if (words.some((word) => one.words.includes(word))) return false;
  if (joined === 'offset' || joined === 'skip') return (may('integer') || may('number')) && saysPaging(description);
  return (
    MACHINERY.has(joined) || name === '_id' || words[0] === 'internal' || (name.startsWith('_') && name.length > 1)
  );
}

/** An offset in a file or of a time zone is part of the task. */
function saysPaging(description: string | null): boolean {
  return (
    description === null ||
    /\b(?:skip|page|pagination|paging|results?|rows?|records?|items?|entries)\b/i.test(description.slice(0, 400))
  );
}
