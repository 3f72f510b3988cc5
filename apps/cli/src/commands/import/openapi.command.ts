import { MAX_DEPTH, parseStrict } from '@rollcall/contract';
import type { JsonValue } from '@rollcall/kernel';
import { importOpenApi } from '@rollcall/openapi';
import { CliServerImportOpenApiDocument, type ServerImportOpenApiInput } from '@rollcall/schema';
import { parseDocument } from 'yaml';
import type { Cli } from '../../cli.js';
import type { CommandOutcome, CommandSpec, Invocation } from '../../command-spec.js';
import { entityOf } from '../../connection/control-plane.js';
import { failureOf, usage } from '../../errors/failure.js';
import { dim, green, inline, red, yellow } from '../../output/style.js';
import { indent, table } from '../../output/table.js';
import { versionText } from '../../output/version-text.js';
import { readText } from '../../target/input-file.js';

const MAX_BYTES = 4 * 1024 * 1024;
/** Anchors that refer to anchors make a small file a huge document. */
const MAX_ALIASES = 100;

type Tool = { name: string; method: string; path: string; destructive: boolean };
type Issue = { code: string; message: string; path: string };

/** Makes a server draft from a REST description. */
export const importOpenApiCommand: CommandSpec = {
  name: 'import openapi',
  summary: 'make a server draft from an OpenAPI 3.0 or 3.1 description: every operation becomes a tool',
  declare: (command) => {
    command
      .argument('<file>', 'the description, JSON or YAML')
      .requiredOption('--name <name>', 'NAMESPACE/NAME of the server')
      .option('--version-number <version>', 'default: info.version of the description')
      .option('--description <text>', 'at most 100 characters; default: the first line of the description')
      .option('--alias <alias>', 'prefix of its tools at the gateway')
      .option('--contact <contact>', 'who to call when it breaks: an e-mail address or URL')
      .option('--dry-run', 'show the tools and publish nothing');
  },
  connects: 'account',
  examples: ['rollcall import openapi ledger.yaml --name com.acme/ledger --dry-run'],
  run,
};

async function run({ cli, args: [file = ''], options }: Invocation): Promise<CommandOutcome> {
  const document = await readDescription(cli, file);
  if (options.flag('dryRun')) return preview(document);
  const input: ServerImportOpenApiInput = { document, name: options.required('name', '--name') };
  const [version, description] = [options.text('versionNumber'), options.text('description')];
  const [alias, contact] = [options.text('alias'), options.text('contact')];
  if (version !== undefined) input.version = version;
  if (description !== undefined) input.description = description;
  if (alias !== undefined) input.alias = alias;
  if (contact !== undefined) input.contact = contact;
  const plane = await cli.controlPlane();
  const { serverImportOpenApi: payload } = await plane.execute(CliServerImportOpenApiDocument, { input });
  const stored = entityOf(payload.version, payload.errors);
  const verb = payload.created ? 'imported as a draft' : 'was already imported';
  const text = `${green('✔')} ${versionText(stored)}  ${verb}\n${toolsText(payload.tools, payload.issues)}`;
  return { data: payload, text };
}

/** Needs no account: the same pure function the control plane uses. */
function preview(document: JsonValue): CommandOutcome {
  const draft = importOpenApi(document);
  if (!draft.ok) {
    const { code, message, nextStep } = draft.error;
    return { data: null, text: '', failure: failureOf({ code, message, nextStep }) };
  }
  const { tools, issues, ...rest } = draft.value;
  return { data: { ...rest, tools, issues }, text: toolsText(tools, issues) };
}

function toolsText(tools: readonly Tool[], issues: readonly Issue[]): string {
  const rows = tools.map((tool) => [
    inline(tool.name),
    `${tool.method.toUpperCase()} ${inline(tool.path)}`,
    tool.destructive ? red('destructive') : dim('reads only'),
  ]);
  const notes = issues.map((issue) => `${yellow('▲')} ${inline(issue.message)} ${dim(inline(issue.path))}`);
  return [indent(table(rows, ['tool', 'operation', 'effect'])), ...notes].join('\n');
}

async function readDescription(cli: Cli, file: string): Promise<JsonValue> {
  const text = await readText(cli.io, file, MAX_BYTES);
  if (/^\s*[{[]/.test(text)) {
    const parsed = parseStrict(text, { maxBytes: MAX_BYTES, maxDepth: MAX_DEPTH });
    if (parsed.ok) return parsed.value;
    throw usage(`${file} is not acceptable JSON: ${parsed.error.message}`, 'Correct the file.', parsed.error.code);
  }
  const document = parseDocument(text, { uniqueKeys: true });
  const [problem] = document.errors;
  if (problem) throw usage(`${file} is not acceptable YAML: ${problem.message}`, 'Correct the file.', 'INVALID_YAML');
  try {
    // through JSON text: dates, binary and other YAML types become what a JSON reader would have seen
    return JSON.parse(JSON.stringify(document.toJS({ maxAliasCount: MAX_ALIASES }))) as JsonValue;
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    throw usage(`${file} refers to itself too often.`, 'Write out what the aliases stand for.', 'INVALID_YAML');
  }
}
