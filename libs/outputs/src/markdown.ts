import { isJsonObject, type JsonObject, type JsonValue } from '@rollcall/kernel';
import { type ApprovedServer, type ApprovedVersion, currentVersion, statusOf } from './approved-set.js';
import { clientEntries } from './client-entry.js';

const MAX_TEXT = 4_000;
/** Characters that begin markup somewhere in Markdown or HTML; a tool's description is somebody else's text. */
const MARKUP = /[\\`*_{}[\]()<>#+!|~&:@-]/g;
/** Controls, bidirectional marks and other characters a reader does not see. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u115F\u1160\u3164\uFFA0]/gu;

/** The catalogue page of one server as Markdown (CommonMark with tables); text of servers is shown as text, never as markup. */
export function markdownPage(server: ApprovedServer): string {
  const current = currentVersion(server);
  return [
    `# ${text(server.title ?? server.name)}`,
    '',
    text(server.description),
    '',
    ...notice(current),
    ...facts(server, current),
    '',
    ...connection(current),
    ...versions(server),
    ...tools(server),
  ].join('\n');
}

function notice(current: ApprovedVersion | null): string[] {
  if (current?.state !== 'deprecated') return [];
  const end = current.sunsetAt ? ` It ends on ${current.sunsetAt.slice(0, 10)}.` : '';
  const next = current.successor
    ? ` Use ${code(`${current.successor.server}@${current.successor.version}`)} instead.`
    : '';
  return [`> **Deprecated.**${end}${next}`, ''];
}

function facts(server: ApprovedServer, current: ApprovedVersion | null): string[] {
  const rows: [string, string][] = [
    ['Name', code(server.name)],
    ['Owner', text(server.owner.name)],
    ['Contact', server.contact ? text(server.contact) : 'none given'],
    ['Latest version', current ? `${code(current.version)} (${current.state})` : 'none that may be used'],
    ['Criticality', text(server.criticality)],
    ['Data', text(server.dataClass)],
    ['Contract', current?.contractDigest ? code(current.contractDigest) : 'not known'],
  ];
  return ['| | |', '|---|---|', ...rows.map(([name, value]) => `| ${name} | ${value} |`)];
}

function connection(current: ApprovedVersion | null): string[] {
  if (!current) return [];
  const { entries, unnamed } = clientEntries(current.manifest);
  if (entries.length + unnamed.length === 0) return [];
  const ways = entries.map(
    (entry) => `- ${code('serverUrl' in entry ? entry.serverUrl : entry.serverCommand.join(' '))}`,
  );
  return [
    '## Connect',
    '',
    ...ways,
    ...unnamed.map((name) => `- package ${code(name)} with arguments of your own`),
    '',
  ];
}

function versions(server: ApprovedServer): string[] {
  const rows = server.versions
    .filter((one) => statusOf(one) !== null)
    .map((one) => {
      const next = one.successor ? code(`${one.successor.server}@${one.successor.version}`) : '';
      return `| ${code(one.version)} | ${one.state} | ${one.publishedAt.slice(0, 10)} | ${one.sunsetAt?.slice(0, 10) ?? ''} | ${next} |`;
    });
  return [
    '## Versions',
    '',
    '| Version | State | Published | Ends | Successor |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ];
}

function tools(server: ApprovedServer): string[] {
  if (server.tools.length === 0) return [];
  return [`## Tools (${server.tools.length})`, '', ...server.tools.flatMap(tool)];
}

function tool(definition: JsonObject): string[] {
  const description = typeof definition['description'] === 'string' ? definition['description'] : '';
  return [
    `### ${code(String(definition['name']))}`,
    '',
    ...(description === '' ? [] : [text(description), '']),
    `${effect(definition)}`,
    '',
    ...argumentTable(definition['inputSchema']),
  ];
}

/** As the protocol reads annotations: silence is no promise. */
function effect(definition: JsonObject): string {
  const hints = isJsonObject(definition['annotations']) ? definition['annotations'] : {};
  if (hints['readOnlyHint'] === true) return 'Reads only.';
  return hints['destructiveHint'] === false ? 'Changes something, destroys nothing.' : 'May destroy something.';
}

function argumentTable(schema: JsonValue | undefined): string[] {
  const properties = isJsonObject(schema) && isJsonObject(schema['properties']) ? schema['properties'] : {};
  const names = Object.keys(properties);
  if (names.length === 0) return [];
  const required = isJsonObject(schema) && Array.isArray(schema['required']) ? schema['required'] : [];
  const rows = names.map((name) => {
    const property = isJsonObject(properties[name]) ? properties[name] : {};
    const description = typeof property['description'] === 'string' ? text(property['description']) : '';
    return `| ${code(name)} | ${typeOf(property)} | ${required.includes(name) ? 'yes' : 'no'} | ${description} |`;
  });
  return ['| Argument | Type | Required | Meaning |', '|---|---|---|---|', ...rows, ''];
}

function typeOf(property: JsonObject): string {
  const type = property['type'];
  if (typeof type === 'string') return text(type);
  return Array.isArray(type) ? text(type.join(' or ')) : 'any';
}

/** Foreign text on one line, with nothing that is markup and nothing that cannot be seen. */
function text(value: string): string {
  const plain = value.replace(/\s+/g, ' ').replace(UNSEEN, '').trim();
  const cut = plain.length > MAX_TEXT ? `${[...plain].slice(0, MAX_TEXT).join('')}…` : plain;
  return cut.replace(
    MARKUP,
    (character) =>
      (character === '<' || character === '>' || character === '&' ? ENTITIES[character] : `\\${character}`) ?? '',
  );
}

const ENTITIES: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;' };

/** A code span: longer fences than any run of backticks inside, and no cell of a table ends early. */
function code(value: string): string {
  const plain = value.replace(/\s+/g, ' ').replace(UNSEEN, '').replaceAll('|', '\\|');
  const longest = Math.max(0, ...(plain.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = plain.startsWith('`') || plain.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${plain}${pad}${fence}`;
}
