import { parseStrict } from '@rollcall/contract';
import { err, isJsonObject, type JsonObject, type JsonValue, ok, type Result } from '@rollcall/kernel';
import type { Manifest, ManifestIssue, ManifestPackage, ManifestRemote, SchemaDate } from './manifest.js';
import { schemaDateOf, schemaIssues } from './schema-rules.js';
import { semanticIssues } from './semantic-rules.js';
import { currentSpelling, spelledAsOf } from './spelling.js';

/** UTF-8 bytes a manifest may have: the largest published one is far smaller. */
export const MAX_MANIFEST_BYTES = 256 * 1024;

/** The validator's work grows with the square of the mistakes, and every object can be one. */
const MAX_CONTAINERS = 2_000;

/** What a look at a document found: warnings may stand beside a manifest, errors never do. */
export type ManifestReview = { manifest: Manifest | null; issues: ManifestIssue[] };

/** Reviews a `server.json`, given as text or as a parsed value, and reports every problem at once, warnings included. */
export function reviewManifest(input: string | JsonValue): ManifestReview {
  const parsed = documentOf(input);
  if (!parsed.ok) return { manifest: null, issues: [parsed.error] };
  const document = parsed.value;
  const named = schemaDateOf(document);
  const readable = currentSpelling(document, named.date);
  const semantic = semanticIssues(readable).map((issue) => ({ ...issue, path: spelledAsOf(issue.path, named.date) }));
  const issues = [...named.issues, ...schemaIssues(document, named.date), ...semantic];
  const invalid = issues.some((issue) => issue.severity === 'error');
  return { manifest: invalid ? null : { ...viewOf(readable, named.date), document }, issues };
}

/** The typed manifest, or every problem at once (warnings among them when there is an error). */
export function parseManifest(input: string | JsonValue): Result<Manifest, ManifestIssue[]> {
  const { manifest, issues } = reviewManifest(input);
  return manifest === null ? err(issues) : ok(manifest);
}

function documentOf(input: string | JsonValue): Result<JsonObject, ManifestIssue> {
  // A parsed value is read again as text, so that both ways in have the same limits and the same strictness.
  const text = typeof input === 'string' ? input : JSON.stringify(input);
  const parsed = parseStrict(text, { maxBytes: MAX_MANIFEST_BYTES });
  if (!parsed.ok) return err(jsonIssue(parsed.error.path, parsed.error.message));
  if (isLargerThan(parsed.value, MAX_CONTAINERS)) {
    return err(jsonIssue('', `More than ${MAX_CONTAINERS} objects and arrays: this is no description of one server.`));
  }
  return isJsonObject(parsed.value) ? ok(parsed.value) : err(jsonIssue('', 'A server.json is a JSON object.'));
}

function isLargerThan(root: JsonValue, limit: number): boolean {
  const containers: JsonValue[] = [root];
  for (let next = 0; next < containers.length; next++) {
    if (containers.length > limit) return true;
    for (const child of Object.values(containers[next] ?? {})) {
      if (typeof child === 'object' && child !== null) containers.push(child);
    }
  }
  return false;
}

function jsonIssue(path: string, message: string): ManifestIssue {
  return { type: 'json', path, message, severity: 'error' };
}

/** Only called with a document that passed its schema, so the members have the types read here. */
function viewOf(document: JsonObject, schemaDate: SchemaDate): Omit<Manifest, 'document'> {
  const name = String(document['name']);
  const repository = document['repository'];
  return {
    schemaDate,
    name,
    namespace: name.slice(0, name.indexOf('/')),
    version: String(document['version']),
    title: textOrNull(document['title']),
    description: String(document['description']),
    websiteUrl: textOrNull(document['websiteUrl']),
    repository: !isJsonObject(repository)
      ? null
      : {
          url: String(repository['url']),
          source: String(repository['source']),
          id: textOrNull(repository['id']),
          subfolder: textOrNull(repository['subfolder']),
        },
    remotes: objectsOf(document['remotes']).map(remoteOf),
    packages: objectsOf(document['packages']).map(packageOf),
  };
}

function remoteOf(definition: JsonObject): ManifestRemote {
  const { variables } = definition;
  return {
    type: String(definition['type']),
    url: String(definition['url']),
    headers: objectsOf(definition['headers']),
    variables: isJsonObject(variables) ? variables : {},
    definition,
  };
}

function packageOf(definition: JsonObject): ManifestPackage {
  const transport = isJsonObject(definition['transport']) ? definition['transport'] : {};
  return {
    registryType: String(definition['registryType']),
    identifier: String(definition['identifier']),
    version: textOrNull(definition['version']),
    transport: { type: String(transport['type']), url: textOrNull(transport['url']) },
    definition,
  };
}

function objectsOf(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function textOrNull(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
